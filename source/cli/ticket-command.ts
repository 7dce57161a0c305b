// `virtlab ticket`: a teacher's ticket on standard output. And reading the keys that tickets are signed and checked with.

import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import type {KeyObject} from 'node:crypto';
import {makeKeys, makeTicket, readKey, type TicketPayload} from '../transcript/ticket.js';
import {complain} from './reports.js';

/** Makes the pair of keys if there is none yet. */
export function ticketCommand({key: path, ...payload}: TicketPayload & {readonly key: string}): number {
	if (!existsSync(path)) {
		const {privateKey, publicKey} = makeKeys();
		writeFileSync(path, privateKey, {mode: 0o600, flag: 'wx'});
		writeFileSync(`${path}.pub`, publicKey, {flag: 'wx'});
		console.error(`virtlab: new keys: ${path} (keep it to yourself), ${path}.pub (for grade --public-key)`);
	}

	const read = readKeyFile(path, 'private');
	if (read === 'none') {
		return 2;
	}

	console.log(makeTicket(payload, read.key));
	return 0;
}

/** A key and its text; 'none' if it cannot be read, which was told. */
export function readKeyFile(path: string, kind: 'private' | 'public'): {readonly key: KeyObject; readonly pem: string} | 'none' {
	let pem: string;
	try {
		pem = readFileSync(path, 'utf8');
	} catch (error) {
		complain(`${path}: ${error instanceof Error ? error.message : String(error)}`);
		return 'none';
	}

	const key = readKey(pem, kind);
	if ('error' in key) {
		complain(`${path}: ${key.error}`);
		return 'none';
	}

	return {key, pem};
}
