// The tables of github.com/distribution/reference (Apache-2.0): reference_test.go and normalize_test.go.
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {
	familiarName, familiarReference, fullName, fullReference, isReferenceError, parseCanonical, parseReference, withDefaultTag,
} from '../../../source/model/container/reference.js';

type Tables = {
	readonly parse: readonly {readonly input: string; readonly repository?: string; readonly domain: string; readonly tag?: string; readonly digest?: string; readonly error?: string}[];
	readonly normalized: readonly {readonly input: string; readonly expected: string}[];
	readonly split: readonly {readonly input: string; readonly domain: string; readonly path: string}[];
	readonly familiar: readonly {readonly FamiliarName: string; readonly FullName: string; readonly AmbiguousName: string; readonly Domain: string; readonly RemoteName: string}[];
	readonly valid: readonly string[];
	readonly invalid: readonly string[];
	readonly invalidRemote: readonly string[];
};

const tables = JSON.parse(readFileSync(new URL('../../golden/reference/reference.json', import.meta.url), 'utf8')) as Tables;

function normalized(text: string) {
	const reference = parseReference(text);
	return isReferenceError(reference) ? reference.message : reference;
}

test.each(tables.parse)('Parse $input', ({input, repository, domain, tag, digest, error}) => {
	const reference = parseCanonical(input);
	if (isReferenceError(reference)) {
		expect(reference.message).toBe(error);
	} else {
		expect({repository: fullName(reference), domain: reference.domain, tag: reference.tag, digest: reference.digest}).toEqual({repository, domain, tag, digest});
	}
});

test.each(tables.normalized)('$input means $expected', ({input, expected}) => {
	const reference = parseReference(input);
	expect(isReferenceError(reference) ? reference.message : fullReference(withDefaultTag(reference))).toBe(expected);
});

test.each(tables.split)('the domain of $input is $domain', ({input, domain, path}) => {
	expect(normalized(input)).toMatchObject({domain, path});
});

test.each(tables.familiar)('$FullName is shown as $FamiliarName', expected => {
	for (const text of [expected.FamiliarName, expected.FullName, expected.AmbiguousName].filter(name => name !== '')) {
		const reference = parseReference(text);
		if (isReferenceError(reference)) {
			throw new Error(`${text}: ${reference.message}`);
		}

		expect({familiar: familiarName(reference), full: fullName(reference), domain: reference.domain, path: reference.path})
			.toEqual({familiar: expected.FamiliarName, full: expected.FullName, domain: expected.Domain, path: expected.RemoteName});
	}
});

test('names that are refused, and names that are not', () => {
	expect(tables.valid.filter(name => typeof normalized(name) === 'string')).toEqual([]);
	expect([...tables.invalid, ...tables.invalidRemote].filter(name => typeof normalized(name) !== 'string')).toEqual([]);
});

test('the messages that learners meet', () => {
	expect(normalized('BAD')).toBe('invalid reference format: repository name (library/BAD) must be lowercase');
	expect(normalized('my image')).toBe('invalid reference format');
	expect(familiarReference({domain: 'docker.io', path: 'library/nginx', tag: 'alpine', digest: undefined})).toBe('nginx:alpine');
});
