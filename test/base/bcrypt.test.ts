// Hashes made by crypt(3) of libxcrypt.

import {expect, test} from 'vitest';
import {bcryptFits, bcryptHash} from '../../source/base/bcrypt.js';

test.each([
	['', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy'],
	['secret', '$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a'],
	['U*U*', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
	['pässword', '$2y$06$......................Hw6asOG.38zaUdinrXjkHa03ujnBi6y'],
])('%j has the hash that crypt(3) gives it, and no other password has', (password, hash) => {
	expect(bcryptFits(password, hash)).toBe(true);
	expect(bcryptFits(`${password}x`, hash)).toBe(false);
});

test('a hash is told by its own salt, and what is none or would take for ever fits nothing', () => {
	const hash = bcryptHash('secret', new Uint8Array(16).fill(7), 4);
	expect(hash).toMatch(/^\$2y\$04\$/v);
	expect(bcryptFits('secret', hash)).toBe(true);
	for (const broken of ['', 'secret', hash.slice(0, -1), hash.replace('$04$', '$31$'), hash.replace('$04$', '$00$'), '$apr1$x$y']) {
		expect(bcryptFits('secret', broken)).toBe(false);
	}
});
