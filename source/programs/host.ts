// host(1) and dig(1): ask a name server for the addresses of a name. Source: BIND 9.18, bin/dig.
//
// Simplified: only addresses of IPv4 (A records) are known; ids, times and flags of the answer are not modelled and are left out.

import type {NameAnswer} from '../model/network/name.js';
import {nameServers} from './host-lookup.js';
import {plainTool, type Tool} from './tool.js';
import type {Blocking} from './standard-io.js';

function * serverOf(t: Tool<never>, chosen: string | undefined): Blocking<string> {
	const [first] = yield * nameServers(t.process);
	return chosen ?? first ?? '127.0.0.1';
}

export const host = plainTool('host', function * (t) {
	const [name, chosen] = t.operands.filter(word => !word.startsWith('-'));
	const option = t.operands.find(word => word.startsWith('-'));
	if (name === undefined || option !== undefined) {
		yield * t.complainPlain(option === undefined ? 'Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]\n            [-R number] [-m flag] [-p port] hostname [server]\n' : `virtlab: host ${option} is not modelled\n`);
		return 1;
	}

	const server = yield * serverOf(t, chosen);
	const answer = t.sys.queryName(server, name);
	if (answer.kind === 'timeout') {
		yield * t.print(';; connection timed out; no servers could be reached\n');
		return 1;
	}

	const head = chosen === undefined ? '' : `Using domain server:\nName: ${server}\nAddress: ${server}#53\nAliases: \n\n`;
	yield * t.print(head + (answer.kind === 'addresses' ? answer.addresses.map(address => `${name} has address ${address}\n`).join('') : `Host ${name} not found: ${answer.kind === 'no-such-name' ? '3(NXDOMAIN)' : '2(SERVFAIL)'}\n`));
	return answer.kind === 'addresses' ? 0 : 1;
});

const codes: Readonly<Record<Exclude<NameAnswer['kind'], 'timeout'>, string>> = {addresses: 'NOERROR', 'no-such-name': 'NXDOMAIN', 'server-failure': 'SERVFAIL'};

export const dig = plainTool('dig', function * (t) {
	const chosen = t.operands.find(word => word.startsWith('@'))?.slice(1);
	const names = t.operands.filter(word => !/^[@+\-]/v.test(word) && word !== 'A' && word !== 'IN');
	const unknown = t.operands.find(word => word.startsWith('-') || (word.startsWith('+') && word !== '+short'));
	const [name] = names;
	if (unknown !== undefined || name === undefined || names.length > 1) {
		yield * t.complainPlain(`virtlab: dig with ${unknown ?? (name === undefined ? 'no name' : names[1])} is not modelled\n`);
		return 1;
	}

	const server = yield * serverOf(t, chosen);
	const answer = t.sys.queryName(server, name);
	if (answer.kind === 'timeout') {
		yield * t.print(`;; communications error to ${server}#53: timed out\n;; no servers could be reached\n\n`);
		return 9;
	}

	const addresses = answer.kind === 'addresses' ? answer.addresses : [];
	if (t.operands.includes('+short')) {
		yield * t.print(addresses.map(address => `${address}\n`).join(''));
		return 0;
	}

	const question = `${name}.`.replace(/\.\.$/v, '.');
	yield * t.print(`
; <<>> DiG 9.18.33-1~deb12u2-Debian <<>> ${t.operands.join(' ')}
;; global options: +cmd
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: ${codes[answer.kind]}
;; QUERY: 1, ANSWER: ${addresses.length}, AUTHORITY: 0, ADDITIONAL: 0

;; QUESTION SECTION:
;${question.padEnd(23)}\tIN\tA

${addresses.length === 0 ? '' : `;; ANSWER SECTION:\n${addresses.map(address => `${question.padEnd(24)}600\tIN\tA\t${address}\n`).join('')}\n`};; SERVER: ${server}#53(${server}) (UDP)

`);
	return 0;
});
