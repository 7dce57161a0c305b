// What libvirt's own virsh 9.0 printed on its test driver, and what ours prints: the same commands, one process each. Cases that
// differ are listed with the reason; the list must be exact both ways.

import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

const folder = join(import.meta.dirname, '../../golden/virsh');

const reasons = new Map<string, string>(Object.entries(JSON.parse(readFileSync(join(folder, 'known-differences.json'), 'utf8')) as Record<string, string>));

type Case = {readonly name: string; readonly uri: string; readonly command: string; readonly exit: number; readonly stdout: string; readonly stderr: string};

function readCase(name: string): Case {
	const text = readFileSync(join(folder, name), 'utf8');
	const found = /^uri: (?<uri>.*)\ncommand: (?<command>.*)\nexit: (?<exit>\d+)\n----- stdout\n(?<stdout>[\s\S]*?)----- stderr\n(?<stderr>[\s\S]*)$/v.exec(text)!.groups!;
	return {name: name.replace(/\.txt$/v, ''), uri: found['uri']!, command: found['command']!, exit: Number(found['exit']), stdout: found['stdout']!, stderr: found['stderr']!};
}

/** Times vary, in the recording as here. */
function normalise(text: string): string {
	return text.replace(/(?<=CPU time: {7})\d+\.\d+s/gv, '<TIME>s');
}

test('virsh says what libvirt 9.0 said on its test driver', () => {
	const cases = readdirSync(folder).filter(name => name.endsWith('.txt')).sort().map(name => readCase(name));
	const host = new TestHost();
	host.sh('kill $(cat /run/libvirtd.pid); mkdir -p /root/in; cd /root/in');
	for (const name of readdirSync(join(folder, 'in'))) {
		host.sh(`cat > /root/in/${name}`, {stdin: readFileSync(join(folder, 'in', name), 'utf8')});
	}

	const differing = cases.filter(item => {
		const result = host.run(['/usr/bin/virsh', '-c', item.uri.replace('test://in', 'test:///root/in'), item.command], {cwd: '/root'});
		return normalise(result.stdout) !== item.stdout || result.stderr !== item.stderr || (result.status === 0) !== (item.exit === 0);
	}).map(({name}) => name);
	console.log(`virsh: ${cases.length - differing.length} of ${cases.length} recorded cases agree`);
	expect(differing).toEqual([...reasons.keys()].sort());
});
