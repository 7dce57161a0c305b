import {expect, test} from 'vitest';
import {parseText} from '../../source/lab/text.js';

test('a text is cut up by its headings, and code keeps its own', () => {
	const {text, problems} = parseText('text.zh-CN.md', 'zh-CN', `# 第一个容器
介绍。
## objectives
- 会拉取镜像
- 会运行容器
## pull：拉取镜像
写一个文件：
\`\`\`
# 这不是标题
## pull: 也不是
\`\`\`
### hint 1
想一想。
### explain
分层。
## finish
完。
`);
	expect(problems).toEqual([]);
	expect(text.title).toBe('第一个容器');
	expect(text.objectives).toEqual(['会拉取镜像', '会运行容器']);
	expect(text.steps.get('pull')).toEqual({
		title: '拉取镜像',
		body: '写一个文件：\n```\n# 这不是标题\n## pull: 也不是\n```',
		hints: ['想一想。'],
		checks: new Map(),
		question: undefined,
		explanation: '分层。',
	});
	expect(text.finish).toBe('完。');
});

test('headings out of place are told with their line', () => {
	const {problems} = parseText('text.en.md', 'en', 'No title\n## a: A\nx\n');
	expect(problems).toEqual([
		{file: 'text.en.md', line: 1, message: 'must begin with the title of the lab: a line "# Title"'},
	]);
	expect(parseText('text.en.md', 'en', '# T\n## a: A\n### hint 2\nx\n### answer\n## a: Again\n').problems.map(problem => [problem.line, problem.message.slice(0, 40)])).toEqual([
		[3, '"### hint 2" is unknown or out of order:'],
		[5, '"### answer" is unknown or out of order:'],
		[6, 'step "a" is there twice: join the two'],
	]);
});
