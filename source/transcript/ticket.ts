// A teacher's ticket: who may do which lab, with a nonce, signed with the teacher's Ed25519 key. A session that begins with one has it in
// its header, which every seal builds on; so a transcript with a good ticket was begun after the teacher wrote it, and for that
// learner. It still does not show who typed.
//
//     {"lab":"first-container","learner":"han.meimei","nonce":"mid-term"}   payload, base64url
//     .                                                                     a point
//     <signature of the payload's bytes>                                    base64url
//
// Source of the signature: RFC 8032 (Ed25519), by node:crypto.

import {createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject} from 'node:crypto';
import * as z from 'zod';
import type {Header} from './format.js';

const payloadSchema = z.strictObject({lab: z.string().max(200), learner: z.string().max(200), nonce: z.string().max(200)});

export type TicketPayload = z.infer<typeof payloadSchema>;

/** A new pair of keys, as PEM. */
export function makeKeys(): {readonly privateKey: string; readonly publicKey: string} {
	return generateKeyPairSync('ed25519', {privateKeyEncoding: {type: 'pkcs8', format: 'pem'}, publicKeyEncoding: {type: 'spki', format: 'pem'}});
}

/** A key from PEM, or why it is none. A private key stands for its public one too. */
export function readKey(pem: string, kind: 'private' | 'public'): KeyObject | {readonly error: string} {
	try {
		const key = kind === 'private' ? createPrivateKey(pem) : createPublicKey(pem);
		return key.asymmetricKeyType === 'ed25519' ? key : {error: `a key of type ${key.asymmetricKeyType ?? 'unknown'}; tickets take ed25519`};
	} catch {
		return {error: `no ${kind} key in PEM form`};
	}
}

/** The payload and its signature, both in base64url, with a dot between. */
export function makeTicket(payload: TicketPayload, privateKey: KeyObject): string {
	const bytes = Buffer.from(JSON.stringify(payload));
	return `${bytes.toString('base64url')}.${sign(undefined, bytes, privateKey).toString('base64url')}`;
}

/** What is wrong with the ticket of a header; undefined if it is a good one. */
export function ticketProblem({virtlab: {ticket, lab, learner}}: Header, publicKey: KeyObject): string | undefined {
	if (ticket === undefined) {
		return 'there is no ticket of the teacher';
	}

	const payload = openTicket(ticket, publicKey);
	if (payload === undefined) {
		return 'the ticket is not signed with the teacher\'s key';
	}

	if (payload.learner !== learner) {
		return `the ticket is for ${payload.learner}, the session is ${learner}'s`;
	}

	return payload.lab === lab?.id ? undefined : `the ticket is for the lab ${payload.lab}, the session is of ${lab?.id ?? 'none'}`;
}

function openTicket(ticket: string, publicKey: KeyObject): TicketPayload | undefined {
	const [payload = '', signature = ''] = ticket.split('.');
	const bytes = Buffer.from(payload, 'base64url');
	if (!verify(undefined, bytes, publicKey, Buffer.from(signature, 'base64url'))) {
		return undefined;
	}

	// What the teacher signed was made by makeTicket.
	return payloadSchema.safeParse(JSON.parse(bytes.toString())).data;
}
