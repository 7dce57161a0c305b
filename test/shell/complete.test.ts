import {expect, test} from 'vitest';
import {complete} from '../../source/shell/complete.js';

const directories: Readonly<Record<string, readonly {readonly name: string; readonly isDirectory: boolean}[]>> = {
	'.': [{name: 'notes.txt', isDirectory: false}, {name: 'new dir', isDirectory: true}, {name: '.bashrc', isDirectory: false}],
	'/etc/': [{name: 'passwd', isDirectory: false}, {name: 'profile', isDirectory: false}],
};

const lookup = {
	commands: () => ['docker', 'dockerd', 'echo', 'cat'],
	variables: () => ['HOME', 'HOSTNAME', 'PATH'],
	entries: (directory: string) => directories[directory] ?? [],
};

test.each([
	['doc', 0, ['docker', 'dockerd'], 'docker'],
	['sudo doc', 5, ['docker', 'dockerd'], 'docker'],
	['echo a | ca', 9, ['case', 'cat'], 'ca'],
	['X=1 ec', 4, ['echo'], 'echo'],
	['cat n', 4, [String.raw`new\ dir/`, 'notes.txt'], 'n'],
	['cat .b', 4, ['.bashrc'], '.bashrc'],
	['cat "n', 4, ['"new dir/', '"notes.txt"'], '"n'],
	['cat /etc/p', 4, ['/etc/passwd', '/etc/profile'], '/etc/p'],
	['echo x >no', 8, ['notes.txt'], 'notes.txt'],
	['echo $HO', 5, ['$HOME', '$HOSTNAME'], '$HO'],
	['echo "${P', 7, ['${PATH}'], '${PATH}'],
	['zzz', 0, [], ''],
] as const)('%s', (line, from, candidates, common) => {
	const result = complete(line, line.length, lookup);
	expect(result).toEqual({from: line === 'echo "${P' ? 6 : from, candidates, common});
});
