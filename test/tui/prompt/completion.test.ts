import {expect, test} from 'vitest';
import {completionOf, type WordSource} from '../../../source/tui/prompt/completion.js';

const source: WordSource = {
	commands: () => ['cat', 'cd', 'docker'],
	arguments: words => words.join(' ') === 'docker' ? ['ps', 'pull'] : [],
	paths: directory => directory === '' ? ['notes.txt', 'src/', '.bashrc'] : (directory === '/etc/' ? ['passwd', 'hosts'] : []),
};

test.each([
	['a command', 'c', 'c', ['cat', 'cd']],
	['a command after a pipe', 'cat x | do', 'do', ['docker']],
	['a command after sudo', 'sudo do', 'do', ['docker']],
	['a subcommand', 'docker p', 'p', ['ps', 'pull']],
	['a file', 'cat n', 'n', ['notes.txt']],
	['files that begin with a dot only if asked for', 'cat ', '', ['notes.txt', 'src/']],
	['a path', 'cat /etc/p', '/etc/p', ['/etc/passwd']],
	['hidden files', 'cat .', '.', ['.bashrc']],
	['nothing', 'cat zzz', 'zzz', []],
])('%s', (_name, text, word, candidates) => {
	expect(completionOf(text, source)).toEqual({word, candidates});
});
