// A lab about two files, which needs nothing but a shell.

import {loadLab} from '../../source/lab/load.js';
import type {Lab} from '../../source/lab/schema.js';

const yaml = `format: 1
id: files
track: shell
difficulty: 1
minutes: 5
setup:
  - echo draft > notes
steps:
  - id: write
    checks:
      - id: hello
        file: {path: /home/learner/notes, contains: hello}
    hints:
      - level: nudge
      - level: point
        when: {file: {path: /home/learner/note}}
        example: |
          $ echo hello > note
  - id: version
    points: 5
    checks:
      - id: number
        answer: {from: {file: /etc/debian_version}}
  - id: tidy
    checks:
      - id: gone
        when: now
        file: {path: /home/learner/notes, exists: false}
`;

const text = `# Files
Two files.
## objectives
- To write a file
## write: Write
Write hello into notes.
### hint 1
Which character sends output to a file?
### hint 2
It is called notes.
### check hello
There is no hello in notes.
## version: Version
Which Debian is it?
### question
Its version?
### check number
No.
## tidy: Tidy
Remove it.
### check gone
It is still there.
## finish
Done.
`;

export const fileLabFiles: ReadonlyMap<string, string> = new Map([
	['lab.yaml', yaml],
	['text.en.md', text],
	['solution.console', '$ echo hello > notes\n$ cat /etc/debian_version\n! answer version @12[.][0-9]+\n$ rm notes\n'],
	['also-ok-tee.console', '$ echo hello | tee notes > /dev/null\n! answer version  12.11\n$ mv notes other\n'],
	['near-miss-other-file.console', '# near-miss: hello\n$ echo hello > note\n'],
	['near-miss-kept.console', '# near-miss: gone\n$ echo hello >> notes\n! answer version 12.11\n$ : > notes\n'],
]);

/** The lab, with some of its files changed. */
export function fileLab(changes: Readonly<Record<string, (text: string) => string>> = {}): Lab {
	const files = new Map([...fileLabFiles].map(([name, content]) => [name, changes[name]?.(content) ?? content]));
	const {lab, problems} = loadLab('files', files);
	if (lab === undefined) {
		throw new Error(JSON.stringify(problems));
	}

	return lab;
}
