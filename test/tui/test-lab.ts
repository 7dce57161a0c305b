// A small lab for tests of the interface.

import {digestOf} from '../../source/base/digest.js';
import type {Lab} from '../../source/lab/schema.js';
import {parseText} from '../../source/lab/text.js';

const english = `# Hear an echo
This lab is about **echo**.
## say: Say something
Type \`echo hello\` and look.
### hint 1
It begins with \`e\`.
### check heard
Nothing was heard yet.
### explain
The shell ran it.
## answer: Answer a question
What did it say?
### question
Which word came back?
## finish
That was all.
`;

const chinese = `# 听回声
这个实验讲的是 **echo**。
## say: 说点什么
输入 \`echo hello\`，看看结果。
### hint 1
它以 \`e\` 开头。
### check heard
还没有听到。
### explain
是 Shell 运行的。
## answer: 回答问题
它说了什么？
### question
哪个词回来了？
## finish
结束。
`;

export function testLab(): Lab {
	return {
		format: 1, id: 'echo-lab', version: 1, track: 'test', difficulty: 1, minutes: 5, requires: [], scenario: 'default', setup: [], redundant: [],
		steps: [
			{id: 'say', points: 10, needs: [], hints: [{level: 'nudge'}], checks: [{id: 'heard', when: 'ever'}]},
			{id: 'answer', points: 10, needs: ['say'], hints: [], checks: [{id: 'right', when: 'ever'}]},
		],
		digest: digestOf('test'),
		texts: new Map([['en', parseText('text.en.md', 'en', english).text], ['zh-CN', parseText('text.zh-CN.md', 'zh-CN', chinese).text]]),
		scripts: [],
	};
}
