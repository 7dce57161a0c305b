// Start: one document. What templates print, and the words of their errors, as Go's text/template has them.

import {expect, test} from 'vitest';
import {execute, parse} from '../../../source/programs/docker/go-template/exec.js';
import {dockerFunctions} from '../../../source/programs/docker/go-template/functions.js';
import {typed, untyped, type Shape} from '../../../source/programs/docker/go-template/value.js';
import {parseJson, type Json} from '../../../source/programs/docker/go/json.js';
import {formatRows} from '../../../source/programs/docker/format/formatter.js';
import {containerRow, containerRows} from '../../../source/programs/docker/format/container-rows.js';
import {containerShape} from '../../../source/programs/docker/format/inspect-shapes.js';

function json(text: string): Json {
	const parsed = parseJson(text);
	if ('error' in parsed) {
		throw new Error(parsed.error);
	}

	return parsed.value;
}

const document = json(`{
	"Name": "/web", "Count": 3, "Big": 1795209970515498891, "Ratio": 0.5, "Running": true, "Nothing": null, "Words": ["a", "b", "c"],
	"Labels": {"z": "last", "a": "<first>"}, "State": {"Status": "exited", "ExitCode": 137}, "Mounts": [{"Source": "/x"}, {"Source": "/y"}]
}`);

const shape: Shape = {struct: 'test.Doc', fields: {
	Name: 'string', Count: 'int', Big: 'int', Ratio: 'float', Running: 'bool', Nothing: {slice: 'string'}, Words: {slice: 'string'}, Labels: {map: 'string'},
	State: {pointer: {struct: 'test.State', fields: {Status: 'string', ExitCode: 'int'}}}, Mounts: {slice: {struct: 'test.Mount', fields: {Source: 'string'}}}, Health: {pointer: {struct: 'test.Health', fields: {Status: 'string'}}},
}};

function render(source: string, how: 'typed' | 'untyped' = 'typed'): string {
	const template = parse(source, dockerFunctions);
	if ('error' in template) {
		return `! ${template.error}`;
	}

	const result = execute(template, how === 'typed' ? typed(document, shape) : untyped(document), {functions: dockerFunctions, missingKeyFails: how === 'untyped'});
	return result.error === undefined ? result.output : `${result.output}! ${result.error}`;
}

test.each([
	['plain text', 'plain text'],
	['{{.Name}} {{.Count}} {{.Big}} {{.Ratio}} {{.Running}}', '/web 3 1795209970515498891 0.5 true'],
	['{{.State.Status}}:{{.State.ExitCode}}', 'exited:137'],
	['{{.Words}} {{.Labels}} {{.Nothing}} {{.Health}}', '[a b c] map[a:<first> z:last] [] <nil>'],
	['{{.Labels.a}} {{.Labels.nope}}', '<first> <no value>'],
	['{{json .Labels}} {{json .Words}} {{json .Nothing}}', '{"a":"<first>","z":"last"} ["a","b","c"] null'],
	['{{json .State}}', '{"Status":"exited","ExitCode":137}'],
	['{{range .Words}}{{.}},{{end}}', 'a,b,c,'],
	['{{range $i, $w := .Words}}{{$i}}={{$w}};{{end}}', '0=a;1=b;2=c;'],
	['{{range $k, $v := .Labels}}{{$k}}={{$v}};{{end}}', 'a=<first>;z=last;'],
	['{{range .Nothing}}x{{else}}none{{end}}', 'none'],
	['{{range .Words}}{{if eq . "b"}}{{continue}}{{end}}{{.}}{{end}}', 'ac'],
	['{{range .Words}}{{if eq . "b"}}{{break}}{{end}}{{.}}{{end}}', 'a'],
	['{{range .Mounts}}{{.Source}} {{end}}', '/x /y '],
	['{{with .State}}{{.Status}}{{end}}{{with .Health}}{{.Status}}{{else}} no health{{end}}', 'exited no health'],
	['{{if .Running}}up{{else}}down{{end}}', 'up'],
	['{{if and .Running (gt .Count 2)}}yes{{end}}', 'yes'],
	['{{if eq .Count 1}}one{{else if eq .Count 3}}three{{else}}many{{end}}', 'three'],
	['{{if or (not .Running) (ne .Name "/web")}}a{{else}}b{{end}}', 'b'],
	['{{len .Words}} {{len .Name}} {{len .Labels}}', '3 4 2'],
	['{{index .Words 1}} {{index .Labels "z"}} {{index .Labels "nope"}}|', 'b last |'],
	['{{slice .Name 1}} {{slice .Words 1 2}}', 'web [b]'],
	['{{upper .Name}} {{.Name | lower | title}}', '/WEB /Web'],
	['{{join .Words ", "}} {{index (split .Name "/") 1}}', 'a, b, c web'],
	['{{truncate .Name 2}}|{{pad .Name 1 2}}|', '/w| /web  |'],
	['{{printf "%-6s|%5d|%q|%.2f|%v" .Name .Count .Name .Ratio .Words}}', '/web  |    3|"/web"|0.50|[a b c]'],
	['{{printf "%d" .Name}} {{printf "%s"}} {{printf "x" 1}}', '%!d(string=/web) %!s(MISSING) x%!(EXTRA int=1)'],
	['{{println .Name .Count}}{{print .Count .Count .Name .Name}}', '/web 3\n3 3/web/web'],
	['{{$x := .Count}}{{$x = 5}}{{$x}} {{$.Name}}', '5 /web'],
	['a {{- " b " -}} c', 'a b c'],
	['{{/* a comment */}}x', 'x'],
	['{{define "t"}}[{{.}}]{{end}}{{template "t" .Name}}', '[/web]'],
	['{{"\\u00e9\\n"}}{{`raw\\n`}}{{\'a\'}}', 'é\nraw\\n97'],
	['{{lt 1 2}} {{le 2 2}} {{gt 1.5 1.0}} {{ge "b" "a"}} {{eq 1 2 1}}', 'true true true true true'],
	['{{html .Labels.a}} {{urlquery "a b"}}', '&lt;first&gt; a+b'],
])('%s', (source, expected) => {
	expect(render(source)).toBe(expected);
});

test.each([
	['{{InvalidFunction}}', '! template: :1: function "InvalidFunction" not defined'],
	['{{nil}}', '! template: :1:2: executing "" at <nil>: nil is not a command'],
	['{{.Nope}}', '! template: :1:2: executing "" at <.Nope>: can\'t evaluate field Nope in type test.Doc'],
	['ab{{.State.Nope}}', 'ab! template: :1:10: executing "" at <.State.Nope>: can\'t evaluate field Nope in type test.State'],
	['{{.Health.Status}}', '! template: :1:9: executing "" at <.Health.Status>: nil pointer evaluating *test.Health.Status'],
	['{{index .Words 9}}', '! template: :1:2: executing "" at <index .Words 9>: error calling index: index out of range: 9'],
	['{{lower .Count}}', '! template: :1:8: executing "" at <.Count>: wrong type for value; expected string; got int'],
	['{{lower}}', '! template: :1:2: executing "" at <lower>: wrong number of args for lower: want 1 got 0'],
	['{{eq 1 "a"}}', '! template: :1:2: executing "" at <eq 1 "a">: error calling eq: incompatible types for comparison'],
	['{{.Name', '! template: :1: unclosed action'],
	['{{if .Name}}', '! template: :1: unexpected EOF'],
	['{{end}}', '! template: :1: unexpected {{end}}'],
	['{{if}}{{end}}', '! template: :1: missing value for if'],
	['{{$x}}', '! template: :1: undefined variable "$x"'],
	['{{range .Name}}{{end}}', '! template: :1:8: executing "" at <.Name>: range can\'t iterate over /web'],
	['{{"abc}}', '! template: :1: unterminated quoted string'],
])('error of %s', (source, expected) => {
	expect(render(source)).toBe(expected);
});

test.each([
	['{{.Name}} {{.Count}} {{.Labels.a}}', '/web 3 <first>'],
	['{{.Nope}}', '! template: :1:2: executing "" at <.Nope>: map has no entry for key "Nope"'],
	['{{.State.Nope}}', '! template: :1:8: executing "" at <.State.Nope>: map has no entry for key "Nope"'],
	['{{.Health.Status}}', '! template: :1:9: executing "" at <.Health.Status>: map has no entry for key "Health"'],
])('bare JSON: %s', (source, expected) => {
	expect(render(source, 'untyped')).toBe(expected);
});

test('a template that would not end is an error', () => {
	const loops = '{{range .Words}}'.repeat(14) + '.' + '{{end}}'.repeat(14);
	expect(render(loops.replaceAll('{{range .Words}}', '{{range $.Words}}'))).toMatch(/does more than 1000000 steps$/v);
});

test('a column that does not exist names the formatter\'s type', () => {
	const row = containerRow(json('{"Id":"aabbccddeeff00112233","Names":["/web"]}'), {isTruncated: true, nowSeconds: 0});
	expect(formatRows(containerRows, [row], '{{.Nope}}')).toEqual({
		kind: 'refusal', status: 1, message: 'template parsing error: template: :1:2: executing "" at <.Nope>: can\'t evaluate field Nope in type *formatter.ContainerContext',
	});
});

test('what docker inspect shows of a container without a health check', () => {
	const template = parse('{{.State.Status}} {{.State.Health}} {{.HostConfig.Binds}} {{.ID}}', dockerFunctions);
	const value = typed(json('{"Id":"abc","State":{"Status":"running"},"HostConfig":{"Binds":null}}'), containerShape);
	expect('error' in template ? template : execute(template, value, {functions: dockerFunctions}).output).toBe('running <nil> [] abc');
});
