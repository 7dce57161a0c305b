// Builds recorded on a real engine (28.5.2): the classic builder's and BuildKit's output, config, history, layers and cache use.
import {Buffer} from 'node:buffer';
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {readTar, isTarError, tarEntry, writeTar} from '../../../../source/base/tar.js';
import {build} from '../../../../source/model/container/builder/build.js';
import {type BuildOptions, isBuildFailure} from '../../../../source/model/container/builder/build-plan.js';
import {PlainProgress} from '../../../../source/model/container/builder/plain-progress.js';
import {dockerConfigFields} from '../../../../source/model/container/image-document.js';
import {layersOf} from '../../../../source/model/container/image-store.js';
import type {History, Image, ImageConfig} from '../../../../source/model/container/schema.js';
import {finish, newStore, type TestStore} from '../drive.js';
import {addBase, addNginx, type Entry, recordedHost} from './recorded-host.js';

type Recorded = {
	readonly rc: number; readonly stdout: string; readonly stderr: string; readonly second?: string;
	readonly config?: {readonly author?: string; readonly config: ImageConfig}; readonly history?: readonly History[]; readonly layers?: readonly (readonly Entry[] | 'base')[];
};
type Case = {readonly case: string; readonly args: readonly string[]; readonly files: Readonly<Record<string, string>>; readonly classic: Recorded; readonly buildkit: Recorded};
type Style = 'classic' | 'buildkit';

const cases = JSON.parse(readFileSync(new URL('../../../golden/dockerfile/builds.json', import.meta.url), 'utf8')) as readonly Case[];

function contextOf(files: Case['files']): Uint8Array {
	const folders = new Set(Object.keys(files).flatMap(name => name.split('/').slice(0, -1).map((_, index, parts) => parts.slice(0, index + 1).join('/'))));
	const entries = [...folders].map(name => tarEntry(name, 'directory'));
	for (const [name, base64] of Object.entries(files)) {
		const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
		entries.push(tarEntry(name, 'file', {content: {sizeBytes: bytes.length, chunks: bytes.length === 0 ? [] : [{offset: 0, bytes}]}}));
	}

	return writeTar(entries);
}

function optionsOf({case: name, args, files}: Case, style: Style): BuildOptions {
	const buildArgs = args.flatMap((arg, index) => arg === '--build-arg' ? [args[index + 1]!.split('=') as [string, string]] : []);
	return {
		style, context: contextOf(files), dockerfile: 'Dockerfile', tags: [`g${name.toLowerCase()}-${style}`], buildArgs: new Map(buildArgs), labels: new Map(),
		target: args.includes('--target') ? args[args.indexOf('--target') + 1] : undefined, noCache: false, pull: false, network: 'default', hostConfig: {}, removal: 'after-success', noCacheStages: [], output: 'image', isCheck: false,
	};
}

/** What the builds stood on: busybox, and nginx where more than one layer is the base's. */
function addBases(store: TestStore, {layers = [], history = [], config}: Recorded): void {
	addBase(store);
	if (layers.filter(layer => layer === 'base').length > 1) {
		addNginx(store, history.slice(0, -1), withoutNulls(config!.config));
	}
}

type Ran = {readonly output: string; readonly error: string; readonly image: Image | undefined};

function run(store: TestStore, recorded: Recorded, options: BuildOptions): Ran {
	const progress = new PlainProgress();
	let output = '';
	const host = recordedHost(store, recorded.history ?? [], recorded.layers ?? []);
	const result = finish(store, build(host, options, event => {
		output += progress.lines(event);
	}));
	if (!isBuildFailure(result)) {
		return {output: output + progress.summary(), error: '', image: result.kind === 'image' ? result.image : undefined};
	}

	const error = options.style === 'classic'
		? `${result.isRequest ? 'Error response from daemon: ' : ''}${result.message}\n`
		: `${progress.failure()}${result.excerpt === undefined ? '' : `${result.excerpt}\n`}ERROR: failed to build: failed to solve: ${result.message}\n`;
	return {output, error, image: undefined};
}

/** Numbers that depend on the machine, and identifiers that are drawn. */
function classicText(text: string): string {
	return text.replace(/^Sending build context[^\n]*\n/v, '').replaceAll('\r', '').replaceAll(/\b[\da-f]{12}\b/gv, 'ID');
}

function plainText(text: string): string {
	return text
		// The recording lost the beginning of this line.
		.replace(/^line 0: nosuchcmd/mv, '0.407 /bin/sh: line 0: nosuchcmd')
		.replace(/^#0 building.*\n\n/v, '')
		.split('\n').filter(line => !/^#\d+ transferring|^#\d+ (?:exporting layers|naming to \S+)(?: 0\.\ds)?$/v.test(line)).join('\n')
		.replaceAll(/sha256:[\da-f]{64}/gv, 'ID').replaceAll(/[\da-f\-]{36}::[a-z\d]{25}/gv, 'REF')
		.replaceAll(/(?<=FROM \S+\n#\d+ )(?:CACHED|DONE \d\.\ds)/gv, 'CACHED').replaceAll(/(?<=DONE )\d+\.\ds/gv, 'T').replaceAll(/ \d\.\ds done/gv, ' done').replaceAll(/(?<=^(?:#\d+ )?)\d+\.\d{3}(?= )/gmv, 'T');
}

function layersText(store: TestStore, image: Image) {
	return layersOf(store, image).map(({tar}) => {
		const entries = readTar(tar);
		return isTarError(entries) ? entries : entries.map(({name, type, mode, uid, gid, content}) => ({path: name, type: type === 'directory' ? 'dir' : type, mode: `0o${mode.toString(8)}`, uid, gid, ...type === 'file' && {size: content.sizeBytes}}));
	});
}

const withoutNulls = (config: ImageConfig) => JSON.parse(JSON.stringify(config), (_, value: unknown) => value ?? undefined) as ImageConfig;
const withoutImage = (config: ImageConfig) => dockerConfigFields({...config, Image: ''});

function checkImage(store: TestStore, image: Image, recorded: Recorded): void {
	expect(image.document.history.map(({created, ...entry}) => entry)).toEqual(recorded.history);
	expect(withoutImage(image.document.config)).toEqual(withoutImage(withoutNulls(recorded.config!.config)));
	expect(image.document.author).toBe(recorded.config!.author);
	expect(layersText(store, image).slice(recorded.layers!.filter(layer => layer === 'base').length)).toEqual(recorded.layers!.filter(layer => layer !== 'base'));
}

test.each(cases.map(item => [item.case, item] as const))('classic: %s', (_, item) => {
	const store = newStore();
	const recorded = item.classic;
	addBases(store, recorded);
	const {output, error, image} = run(store, recorded, optionsOf(item, 'classic'));
	// One recording found steps of an earlier one in its cache.
	const stdout = item.case === '13-entry-exec-cmd-shell' ? recorded.stdout.replaceAll(' ---> Using cache\n', ' ---> Running in 000000000000\n ---> Removed intermediate container 000000000000\n') : recorded.stdout;
	expect(classicText(output)).toBe(classicText(stdout));
	if (!error.includes('network') && item.case !== 'A3-err-stage-missing') {
		expect(error).toBe(recorded.stderr);
	}

	expect(image === undefined).toBe(recorded.rc !== 0);
	if (image !== undefined) {
		checkImage(store, image, recorded);
		const again = run(store, recorded, optionsOf(item, 'classic'));
		expect(again.image?.id).toBe(image.id);
		expect(classicText(again.output)).toBe(classicText(recorded.second!));
	}
});

test.each(cases.map(item => [item.case, item] as const))('BuildKit: %s', (_, item) => {
	const store = newStore();
	const recorded = item.buildkit;
	addBases(store, recorded);
	const {output, error, image} = run(store, recorded, optionsOf(item, 'buildkit'));
	expect(plainText(output + error)).toBe(plainText(recorded.stderr));
	expect(image === undefined).toBe(recorded.rc !== 0);
	if (image !== undefined) {
		checkImage(store, image, recorded);
		const again = run(store, recorded, optionsOf(item, 'buildkit'));
		expect(again.image?.id).toBe(image.id);
		// Real BuildKit reports cached vertices and warnings in any order.
		const vertices = (text: string) => plainText(text).split('\n\n').map(block => block.replaceAll(/^#\d+ |\u001B\[0m/gmv, '').trim().split('\n').sort().join('\n')).sort();
		expect(vertices(again.output)).toEqual(vertices(recorded.second!));
	}
});
