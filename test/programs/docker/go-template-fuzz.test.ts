// Templates of random words: whatever somebody types after --format ends in a text or in an error of the template's, soon.

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {execute, parse} from '../../../source/programs/docker/go-template/exec.js';
import {dockerFunctions} from '../../../source/programs/docker/go-template/functions.js';
import {untyped} from '../../../source/programs/docker/go-template/value.js';
import {parseJson} from '../../../source/programs/docker/go/json.js';

const parsed = parseJson('{"Name": "/web", "Count": 3, "Big": 1795209970515498891, "Ratio": 0.5, "Running": true, "Nothing": null, "Words": ["a", "b"], "Labels": {"z": "last"}, "Deep": [[1, [2]], {"x": []}]}');
const document = untyped('error' in parsed ? undefined : parsed.value);

const words = [
	'{{', '}}', '{{-', '-}}', '{{/*', '*/}}', '|', '(', ')', '.', ',', ':=', '=', '$', '$x', '"', '`', '\'', '\\', '\n', ' ', ' ', ' ', '0', '-1', '3', '99999999999', '1e3', '0x1F', '0b1', '1i', '\'a\'', '"a"', '"%v %d"', 'nil', 'true',
	'.Name', '.Count', '.Big', '.Ratio', '.Running', '.Nothing', '.Words', '.Labels', '.Labels.z', '.Deep', '.No.Such',
	'if', 'else', 'end', 'range', 'with', 'define', 'template', 'block', 'break', 'continue', 'else if', 'else with',
	'and', 'or', 'not', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'len', 'index', 'slice', 'print', 'printf', 'println', 'html', 'js', 'urlquery', 'call',
	'json', 'split', 'join', 'title', 'lower', 'upper', 'pad', 'truncate', 'padlen', 'é', '😀', '\u0000', '\uD800',
];

/** Text, or the error; anything thrown fails the test. */
function outcome(source: string): string {
	const template = parse(source, dockerFunctions);
	if ('error' in template) {
		return template.error;
	}

	const {output, error} = execute(template, document, {functions: dockerFunctions, missingKeyFails: true});
	return error ?? output;
}

test('random words in braces never throw, and print no more than a screenful of screens', () => {
	const action = fc.array(fc.constantFrom(...words), {maxLength: 8}).map(parts => `{{${parts.join(' ')}}}`);
	const loose = fc.array(fc.constantFrom(...words), {maxLength: 25}).map(parts => parts.join(''));
	fc.assert(fc.property(fc.oneof(fc.array(action, {maxLength: 6}).map(parts => parts.join('x')), loose), source => {
		expect(outcome(source).length).toBeLessThan(2_000_000);
	}), {numRuns: 3000, seed: 1});
});

test.each([
	'{{range 100000}}{{range 100000}}{{range 100000}}{{end}}{{end}}{{end}}',
	'{{define "a"}}{{template "a"}}{{template "a"}}{{end}}{{template "a"}}',
	`{{${'('.repeat(5000)}`,
	`${'{{if true}}'.repeat(5000)}${'{{end}}'.repeat(5000)}`,
	`{{${'not '.repeat(5000)}true}}`,
	`{{$x := "aaaaaaaaaa"}}${'{{$x = print $x $x}}'.repeat(60)}{{len $x}}`,
	`{{$x := "aaaaaaaaaa"}}${'{{$x = printf "%s%s%s" $x $x $x}}'.repeat(40)}{{len $x}}`,
	'{{printf "%999999999s" "x"}}', '{{printf "%*d" 999999999 1}}', '{{pad "x" 999999999 999999999}}', '{{join (split (pad "x" 100000 100000) "") (pad "y" 100000 1)}}',
	'{{printf "%.999999999f" 1.5}}', '{{printf (pad "%d" 0 100000) 1}}',
])('%s ends soon', source => {
	expect(outcome(source).length).toBeLessThan(20_000_000);
}, 5000);
