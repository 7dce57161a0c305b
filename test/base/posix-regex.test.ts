import {expect, test} from 'vitest';
import {compilePosixRegex, type RegexOptions} from '../../source/base/posix-regex.js';

/** The match in angle brackets, groups behind it; or the error. */
function show(pattern: string, text: string, options: Partial<RegexOptions> = {}): string {
	const regex = compilePosixRegex(pattern, {extended: false, ignoreCase: false, ...options});
	if ('error' in regex) {
		return regex.error;
	}

	const match = regex.find(text);
	if (match === undefined) {
		return 'no match';
	}

	const [whole, ...groups] = match;
	const mark = `${text.slice(0, whole.start)}<${text.slice(whole.start, whole.end)}>${text.slice(whole.end)}`;
	return [mark, ...groups.map(group => group === undefined ? '-' : text.slice(group.start, group.end))].join(' ');
}

test('basic expressions: operators need a backslash, and stars and anchors stand for themselves where they cannot operate', () => {
	expect(show('a*b', 'xaab')).toBe('x<aab>');
	expect(show('*a', 'b*a')).toBe('b<*a>');
	expect(show('a+', 'aa+')).toBe('a<a+>');
	expect(show(String.raw`a\+`, 'baa')).toBe('b<aa>');
	expect(show('a^b$c', 'a^b$c')).toBe('<a^b$c>');
	expect(show(String.raw`^\(a\|b\)*$`, 'abba')).toBe('<abba> a');
	expect(show(String.raw`x\{2,3\}`, 'axxxx')).toBe('a<xxx>x');
	expect(show('(a)', '(a)')).toBe('<(a)>');
});

test('extended expressions', () => {
	const extended = {extended: true};
	expect(show('a+b?', 'caab', extended)).toBe('c<aab>');
	expect(show('(a|ab)(c|bcd)', 'abcd', extended)).toBe('<abcd> a bcd');
	expect(show('a{2}', 'caaa', extended)).toBe('c<aa>a');
	expect(show('a{,2}b', 'aaab', extended)).toBe('a<aab>');
	expect(show('a{x', 'a{x', extended)).toBe('<a{x>');
	expect(show('a**', 'aa', extended)).toBe('<aa>');
});

test('of the leftmost matches the longest', () => {
	expect(show('a|ab|abc', 'xabcd', {extended: true})).toBe('x<abc>d');
});

test('bracket expressions', () => {
	expect(show('[]a]*', 'x]a]')).toBe('<>x]a]');
	expect(show('[^]a]', ']ab')).toBe(']a<b>');
	expect(show('[[:digit:][:upper:]_-]*$', 'abA1_-')).toBe('ab<A1_->');
	expect(show('[a\\]*', 'a\\b')).toBe('<a\\>b');
	expect(show('[[.a.]-c]*', 'abcd')).toBe('<abc>d');
	expect(show('[é-ü]', 'aö')).toBe('a<ö>');
});

test('words, and ignoring case', () => {
	expect(show(String.raw`\<b\w*\>`, 'abc bcd')).toBe('abc <bcd>');
	expect(show(String.raw`\bcd\b`, 'bcd cd')).toBe('bcd <cd>');
	expect(show('ABC', 'xabc', {ignoreCase: true})).toBe('x<abc>');
});

test('anchors match at the ends of the text, with the option beside newlines', () => {
	expect(show('^b', 'a\nb')).toBe('no match');
	expect(show('^b$', 'a\nb\nc', {multiline: true})).toBe('a\n<b>\nc');
});

test('a match may begin at an offset, but the anchor sees the whole text', () => {
	const regex = compilePosixRegex('^a', {extended: false, ignoreCase: false});
	expect('error' in regex ? regex : regex.find('aa', 1)).toBe(undefined);
});

test('what is wrong is said in the words of the C library', () => {
	expect(show('[a', '')).toBe('Unmatched [, [^, [:, [., or [=');
	expect(show('[[:foo:]]', '')).toBe('Invalid character class name');
	expect(show('[b-a]', '')).toBe('Invalid range end');
	expect(show(String.raw`\(a`, '')).toBe(String.raw`Unmatched ( or \(`);
	expect(show(String.raw`a\)`, '')).toBe(String.raw`Unmatched ) or \)`);
	expect(show(String.raw`a\{1`, '')).toBe(String.raw`Unmatched \{`);
	expect(show('a\\', '')).toBe('Trailing backslash');
	expect(show('+a', '', {extended: true})).toBe('Invalid preceding regular expression');
	expect(show(String.raw`\(a\)\1`, '')).toBe('back-references are not modelled');
});

test('a pattern that takes a backtracking matcher centuries', () => {
	expect(show('(a*)*(a*)*(a*)*b', 'a'.repeat(5000), {extended: true})).toBe('no match');
});
