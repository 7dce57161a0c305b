import {createPublicKey, generateKeyPairSync, type KeyObject} from 'node:crypto';
import {expect, test} from 'vitest';
import {headerOf} from '../../source/transcript/encode.js';
import {headerSchema, type Header} from '../../source/transcript/format.js';
import {makeKeys, makeTicket, readKey, ticketProblem} from '../../source/transcript/ticket.js';
import {fileLab} from '../grade/file-lab.js';

function key(pem: string, kind: 'private' | 'public'): KeyObject {
	const read = readKey(pem, kind);
	if ('error' in read) {
		throw new Error(read.error);
	}

	return read;
}

const keys = makeKeys();
const privateKey = key(keys.privateKey, 'private');
const publicKey = key(keys.publicKey, 'public');
const ticket = makeTicket({lab: 'files', learner: 'han.meimei', nonce: 'mid-term'}, privateKey);

function header(learner: string, given: string | undefined): Header {
	return headerOf({lab: fileLab(), scenario: 'default', seed: 1, learner, interactive: true, columns: 80, rows: 24}, {timestampSeconds: 0, terminalType: undefined, ticket: given});
}

test('a ticket is good for its learner and lab, under the teacher\'s key', () => {
	expect(ticketProblem(header('han.meimei', ticket), publicKey)).toBeUndefined();
	expect(ticketProblem(header('han.meimei', undefined), publicKey)).toBe('there is no ticket of the teacher');
	expect(ticketProblem(header('li.lei', ticket), publicKey)).toBe('the ticket is for han.meimei, the session is li.lei\'s');
	expect(ticketProblem(header('han.meimei', makeTicket({lab: 'other', learner: 'han.meimei', nonce: ''}, privateKey)), publicKey)).toBe('the ticket is for the lab other, the session is of files');
	expect(ticketProblem(header('han.meimei', ticket), createPublicKey(makeKeys().publicKey))).toBe('the ticket is not signed with the teacher\'s key');
});

test('a changed ticket, and what never was one, are not signed', () => {
	const [payload, signature] = ticket.split('.');
	const forged = Buffer.from(Buffer.from(payload!, 'base64url').toString().replace('han.meimei', 'li.lei')).toString('base64url');
	for (const text of [`${forged}.${signature}`, `${payload}.AAAA`, 'a.b', 'A'.repeat(1000) + '.A']) {
		expect(ticketProblem(header('li.lei', text), publicKey)).toBe('the ticket is not signed with the teacher\'s key');
	}

	expect(headerSchema.safeParse(header('li.lei', 'no point')).success).toBe(false);
});

test('keys of other kinds are refused', () => {
	const {privateKey: rsa} = generateKeyPairSync('rsa', {modulusLength: 1024, privateKeyEncoding: {type: 'pkcs8', format: 'pem'}, publicKeyEncoding: {type: 'spki', format: 'pem'}});
	expect([readKey(rsa, 'private'), readKey('hello', 'public')]).toEqual([{error: 'a key of type rsa; tickets take ed25519'}, {error: 'no public key in PEM form'}]);
});
