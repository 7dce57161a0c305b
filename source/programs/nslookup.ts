// nslookup(1): asks the first name server for a name, in BusyBox's words (which BIND's resemble).

import {nameServers} from './host-lookup.js';
import {plainTool} from './tool.js';

export const nslookup = plainTool('nslookup', function * (t) {
	const [name, chosen] = t.operands;
	if (name === undefined) {
		return yield * t.complain('virtlab: the interactive mode is not modelled; name a host');
	}

	const [first] = yield * nameServers(t.process);
	const server = chosen ?? first ?? '127.0.0.1';
	const reply = t.sys.queryName(server, name);
	if (reply.kind === 'timeout') {
		yield * t.print(';; connection timed out; no servers could be reached\n\n');
		return 1;
	}

	yield * t.print(`Server:\t\t${server}\nAddress:\t${server}${t.says('#', ':')}53\n\n`);
	if (reply.kind === 'addresses') {
		// BusyBox asks for A and AAAA records and heads both answers; the second is empty.
		yield * t.print(t.isGnu ? 'Non-authoritative answer:\n' : 'Non-authoritative answer:\n\nNon-authoritative answer:\n');
		yield * t.print(reply.addresses.map(address => `Name:\t${name}\nAddress: ${address}\n`).join(''));
		yield * t.print('\n');
		return 0;
	}

	const code = reply.kind === 'no-such-name' ? 'NXDOMAIN' : 'SERVFAIL';
	const line = `** server can't find ${name}: ${code}\n`;
	yield * t.print(t.isGnu ? `${line}\n` : `${line}\n${line}\n`);
	return 1;
});
