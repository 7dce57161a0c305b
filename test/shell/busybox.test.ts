// BusyBox's ash: the same language as dash and a little of bash, with words of its own.

import {expect, test} from 'vitest';
import {readContent} from '../../source/model/kernel/file-content.js';
import {executableContent} from '../../source/model/kernel/executable.js';
import {TestHost} from '../support/test-host.js';

function ash(script: string) {
	const host = new TestHost();
	host.main(function * (process) {
		const content = executableContent('sh', 'busybox', 1000);
		const fd = process.sys.open('/tmp/sh', {write: true, create: true}, 0o755) as number;
		process.sys.write(fd, readContent(content, 0, 1000));
		process.sys.close(fd);
		return 0;
	});
	const {stdout, stderr, status} = host.main(function * (process) {
		const image = process.sys.execve('/tmp/sh', ['sh', '-c', script], process.env);
		return 'errno' in image ? 127 : yield * image.run();
	});
	return {stdout, stderr, status};
}

test.each([
	['nosuch', {stdout: '', stderr: 'sh: nosuch: not found\n', status: 127}],
	['cd /nope', {stdout: '', stderr: 'sh: cd: line 1: can\'t cd to /nope: No such file or directory\n', status: 1}],
	['echo x > /nope/y', {stdout: '', stderr: 'sh: can\'t create /nope/y: nonexistent directory\n', status: 1}],
	['fi', {stdout: '', stderr: 'sh: syntax error: unexpected "fi"\n', status: 2}],
	['[[ abc == a* ]] && echo yes; echo $\'a\\tb\' ${RANDOM:+r}; x=abc; echo ${x//b/-} ${x:1:1}', {stdout: 'yes\na\tb r\na-c b\n', stderr: '', status: 0}],
	['echo -e "a\\nb"; echo "a\\nb"; set -o pipefail; false | true; echo $?', {stdout: 'a\nb\na\\nb\n1\n', stderr: '', status: 0}],
] as const)('%s', (script, expected) => {
	expect(ash(script)).toEqual(expected);
});
