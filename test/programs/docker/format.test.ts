// Start: tables from docker's own tests. Sizes, durations, ports and list layouts.

import {expect, test} from 'vitest';
import {readFileSync} from 'node:fs';
import {humanDuration, parseDuration} from '../../../source/programs/docker/go/duration.js';
import {bytesSize, humanSize, humanSize3, ramInBytes} from '../../../source/programs/docker/go/size.js';
import {marshal, parseJson, type Json} from '../../../source/programs/docker/go/json.js';
import {ellipsis, portsText} from '../../../source/programs/docker/format/text.js';
import {parsePortSpec} from '../../../source/programs/docker/container/port-spec.js';
import {refused} from '../../../source/programs/docker/command/refusal.js';
import {alignColumns} from '../../../source/programs/docker/format/tab-writer.js';
import {containerFormat, containerRow, containerRows} from '../../../source/programs/docker/format/container-rows.js';
import {imageFormat, imageRows, imageRowsOf} from '../../../source/programs/docker/format/image-rows.js';
import {formatRows} from '../../../source/programs/docker/format/formatter.js';

function golden(name: string): unknown {
	return JSON.parse(readFileSync(new URL(`../../golden/docker/${name}`, import.meta.url), 'utf8'));
}

type Units = Record<string, ReadonlyArray<{readonly arg: number | string; readonly argSrc?: string; readonly expected?: string | number; readonly error?: unknown}>>;
const units = golden('go-units.json') as Units;

test('HumanSize, BytesSize and HumanDuration', () => {
	const failures = [['HumanSize', humanSize], ['BytesSize', bytesSize], ['HumanDuration', humanDuration]] as const;
	for (const [name, convert] of failures) {
		const cases = units[name]!.filter(each => typeof each.arg === 'number');
		expect(cases.map(each => [each.argSrc, convert(each.arg as number)])).toEqual(cases.map(each => [each.argSrc, each.expected]));
	}
});

test('RAMInBytes', () => {
	const cases = units['RAMInBytes']!.filter(each => typeof each.arg === 'string' && typeof each.expected !== 'object');
	const parsed = (text: string) => typeof ramInBytes(text) === 'number' ? ramInBytes(text) : 'error';
	expect(cases.map(each => [each.arg, parsed(each.arg as string)])).toEqual(cases.map(each => [each.arg, each.expected ?? 'error']));
});

test('images round to three digits, system df to four', () => {
	expect([humanSize3(2_065_445), humanSize(2_065_445)]).toEqual(['2.07MB', '2.065MB']);
});

test('durations are read as Go reads them', () => {
	expect(['1h30m', '1.5s', '300ms', '-2us', '0'].map(text => parseDuration(text))).toEqual([5.4e12, 1.5e9, 3e8, -2000, 0]);
	expect(['abc', '1', '1x', ''].map(text => parseDuration(text))).toEqual([
		{error: 'time: invalid duration "abc"'}, {error: 'time: missing unit in duration "1"'}, {error: 'time: unknown unit "x" in duration "1x"'}, {error: 'time: invalid duration ""'},
	]);
});

const tables = golden('formatter-tables.json') as Record<string, ReadonlyArray<Record<string, unknown>>>;

function asJson(value: unknown): Json {
	const parsed = parseJson(JSON.stringify(value));
	return 'error' in parsed ? undefined : parsed.value;
}

test.each(tables['displayablePorts']!.map(each => [each['expected'] as string, each['ports']]))('ports %s', (expected, ports) => {
	expect(portsText(asJson(ports) as readonly Json[])).toBe(expected);
});

test('ellipsis', () => {
	const cases = tables['ellipsis']! as ReadonlyArray<{source: string; width: number; expected: string}>;
	expect(cases.map(({source, width}) => ellipsis(source, width))).toEqual(cases.map(({expected}) => expected));
});

type PortCase = {readonly input: string; readonly error: string | null; readonly mappings?: ReadonlyArray<{readonly hostIP: string; readonly hostPort: string; readonly port: string}>};

test.each((golden('port-specs.json') as readonly PortCase[]).map(each => [each.input, each] as const))('-p %j', (input, {error, mappings}) => {
	const parsed = parsePortSpec(input);
	expect(refused(parsed) ? {error: parsed.message} : parsed).toEqual(error === null ? mappings!.map(({hostIP, hostPort, port}) => ({port, hostIp: hostIP, hostPort})) : {error});
});

test('columns are as wide as their widest cell and three blanks, at least ten', () => {
	expect(alignColumns('ID\tNAME\tX\nabcdefghij\tw\ty\n')).toBe('ID           NAME      X\nabcdefghij   w         y\n');
});

test('docker ps from an answer of the API', () => {
	const day = 86_400;
	const containers = asJson([
		{Id: 'containerID1', Names: ['/foobar_baz'], Image: 'ubuntu', Created: 0, State: 'running'}, {Id: 'containerID2', Names: ['/foobar_bar'], Image: 'ubuntu', Created: 0, State: 'running'},
	]) as readonly Json[];
	const rows = containers.map(container => containerRow(container, {isTruncated: false, nowSeconds: day}));
	const list = (source: string, isQuiet = false, withSize = false) => formatRows(containerRows, rows, containerFormat(source, {isQuiet, withSize}));
	expect(list('table')).toBe('CONTAINER ID   IMAGE     COMMAND   CREATED        STATUS    PORTS     NAMES\ncontainerID1   ubuntu    ""        24 hours ago                       foobar_baz\ncontainerID2   ubuntu    ""        24 hours ago                       foobar_bar\n');
	expect(list('table', false, true)).toBe('CONTAINER ID   IMAGE     COMMAND   CREATED        STATUS    PORTS     NAMES        SIZE\ncontainerID1   ubuntu    ""        24 hours ago                       foobar_baz   0B\ncontainerID2   ubuntu    ""        24 hours ago                       foobar_bar   0B\n');
	expect(list('table {{.Image}}', false, true)).toBe('IMAGE\nubuntu\nubuntu\n');
	expect(list('table', true)).toBe('containerID1\ncontainerID2\n');
	expect(list('table {{.State}}')).toBe('STATE\nrunning\nrunning\n');
	expect(list(String.raw`{{.Names}}\t{{.Label "x"}}|`)).toBe('foobar_baz\t|\nfoobar_bar\t|\n');
	expect(formatRows(containerRows, [], 'table {{.Image}}')).toBe('IMAGE\n');
});

test('docker images from an answer of the API', () => {
	const images = asJson([
		{Id: 'imageID1', RepoTags: ['image:tag1'], RepoDigests: ['image@sha256:cbbf2f9a99b47fc460d422812b6a5adff7dfee951d8fa2e4a98caa0382cfbdbf'], Created: 1, Size: 0},
		{Id: 'imageID2', RepoTags: ['image:tag2'], Created: 0, Size: 0}, {Id: 'imageID3', RepoTags: [], RepoDigests: [], Created: 1, Size: 0},
	]) as readonly Json[];
	const format = imageFormat('table', {isQuiet: false, withDigests: false});
	const rows = images.flatMap(image => imageRowsOf(image, {isTruncated: false, nowSeconds: 86_401, withDigests: false, needsDigest: false}));
	expect(formatRows(imageRows, rows, format)).toBe('REPOSITORY   TAG       IMAGE ID   CREATED        SIZE\nimage        tag1      imageID1   24 hours ago   0B\nimage        tag2      imageID2   N/A            0B\n<none>       <none>    imageID3   24 hours ago   0B\n');
});

test('JSON keeps the order of members, the digits of numbers, and Go\'s escapes', () => {
	const text = '{"b":1795209970515498891,"1":"\\u003cnone\\u003e","a":[true,null,1.5],"0":{}}';
	const parsed = parseJson(text);
	expect('error' in parsed ? parsed.error : marshal(parsed.value)).toBe(text);
	expect(['{', '[1,]', '{"a" 1}', '1 2'].map(bad => parseJson(bad))).toEqual([
		{error: 'unexpected end of JSON input'}, {error: 'invalid character \']\' looking for beginning of value'}, {error: 'invalid character \'1\' after object key'}, {error: 'invalid character \'2\' after top-level value'},
	]);
});
