// An engine for the builder's tests: one base image, and commands that write what the recorded build's command wrote.

import {encodeText} from '../../../../source/base/bytes.js';
import {encodeDocument} from '../../../../source/model/container/image-document.js';
import {addImage, nameImage} from '../../../../source/model/container/image-store.js';
import {addLayer} from '../../../../source/model/container/layer-store.js';
import {tarOfTree, TreeBuilder} from '../../../../source/model/container/layer-tree.js';
import {contentOf} from '../../../../source/model/kernel/file-content.js';
import type {BuildHost} from '../../../../source/model/container/builder/build-host.js';
import {putInode} from '../../../../source/model/kernel/inode-filesystem.js';
import type {TestStore} from '../drive.js';
import {must} from '../../../../source/base/assert.js';
import type {ChainId, History, ImageConfig} from '../../../../source/model/container/schema.js';

export type Entry = {readonly path: string; readonly type: string; readonly mode: string; readonly uid: number; readonly gid: number; readonly size?: number};

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** `busybox` as the recorded builds had it: two entries of history, the usual directories. */
export function addBase(store: TestStore): void {
	const builder = new TreeBuilder();
	for (const name of ['bin', 'dev', 'etc', 'home', 'lib', 'root', 'tmp', 'usr', 'var']) {
		builder.add([name], {type: 'directory', mode: 0o755, timeUs: 0});
	}

	builder.add(['etc', 'passwd'], {type: 'file', mode: 0o644, timeUs: 0, content: contentOf(encodeText('root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'))});
	const tree = builder.finish();
	const layer = addLayer(store, {parent: undefined, tar: tarOfTree(tree), tree});
	const created = '2026-08-31T20:47:49.684302837Z';
	const image = addImage(store, encodeDocument({
		architecture: 'amd64', config: {Env: [path], Cmd: ['sh']}, created, os: 'linux',
		history: [
			{created, created_by: '/bin/sh -c #(nop) ADD file:ec4fdb0b2b46b0bbad70e016aea43c64ff28fedc60ee9c77c02d257940400141 in / '},
			{created, created_by: '/bin/sh -c #(nop)  CMD ["sh"]', empty_layer: true},
		],
		rootfs: {type: 'layers', diff_ids: [must('error' in layer ? undefined : layer.diff, 'addBase: refused')]},
	}, 'docker'));
	nameImage(store, {domain: 'docker.io', path: 'library/busybox', tag: 'latest', digest: undefined}, image.id);
}

/** `nginx` as the recorded builds had it, whose history and config those of an image built on it begin with. */
export function addNginx(store: TestStore, history: readonly History[], config: ImageConfig): void {
	const created = '2026-11-20T21:00:23.677211161Z';
	let parent: ChainId | undefined;
	const diffs = history.filter(entry => entry.empty_layer !== true).map((_, index) => {
		const builder = new TreeBuilder();
		builder.add([`layer${index}`], {type: 'directory', mode: 0o755, timeUs: 0});
		const tree = builder.finish();
		const added = addLayer(store, {parent, tar: tarOfTree(tree), tree});
		const layer = must('error' in added ? undefined : added, 'addNginx: refused');
		parent = layer.chain;
		return layer.diff;
	});
	const {ArgsEscaped, ...inherited} = config;
	const image = addImage(store, encodeDocument({
		architecture: 'amd64', created, os: 'linux', history: history.map(entry => ({created, ...entry})), rootfs: {type: 'layers', diff_ids: diffs},
		config: {...inherited, Cmd: ['nginx', '-g', 'daemon off;'], Entrypoint: ['/docker-entrypoint.sh']},
	}, 'docker'));
	nameImage(store, {domain: 'docker.io', path: 'library/nginx', tag: 'latest', digest: undefined}, image.id);
}

/** What commands print, and how they end, where that is not success in silence. */
const outcomes: Readonly<Record<string, {readonly stdout?: string; readonly stderr?: string; readonly status?: number}>> = {
	'echo before && exit 7': {stdout: 'before\n', status: 7},
	nosuchcmd: {stderr: '/bin/sh: line 0: nosuchcmd: not found\n', status: 127},
	'echo one   && echo two > /out   && echo three >> /out': {stdout: 'one\n'},
	'echo one  && echo two > /out': {stdout: 'one\n'},
};

/** Of commands in stages that are not in the result. */
const elsewhere: Readonly<Record<string, readonly Entry[]>> = {
	'echo compiled > /app.bin && echo junk > /junk': [{path: 'app.bin', type: 'file', mode: '0o644', uid: 0, gid: 0, size: 9}, {path: 'junk', type: 'file', mode: '0o644', uid: 0, gid: 0, size: 5}],
};

export function recordedHost(store: TestStore, history: readonly History[], layers: readonly (readonly Entry[] | 'base')[]): BuildHost {
	const filled = history.filter(entry => entry.empty_layer !== true);
	return {
		engine: store.engine,
		tx: store.tx,
		* pull(reference) {
			const {isFound, name} = {isFound: false, name: reference};
			return {kind: 'pull-error', status: 404, message: isFound ? '' : `manifest for ${name.replace('docker.io/library/', '')} not found: manifest unknown: manifest unknown`};
		},
		* run({argv, upper, output}) {
			const command = argv.at(-1)!;
			const index = filled.findIndex(entry => entry.created_by?.replace(/ # buildkit$/v, '').endsWith(command));
			const entries = index === -1 ? elsewhere[command] ?? [] : layers[index]!;
			writeEntries(store, upper, entries === 'base' ? [] : entries.filter(entry => entry.path !== 'etc'));
			const {stdout, stderr, status = 0} = outcomes[command] ?? {};
			if (stdout !== undefined) {
				output('stdout', encodeText(stdout));
			}

			if (stderr !== undefined) {
				output('stderr', encodeText(stderr));
			}

			return {kind: 'exited', status};
		},
		* fetch(url) {
			return {error: `Get ${JSON.stringify(url)}: no network in these tests`};
		},
		keep() {},
	};
}

/** Writes into an upper directory as overlay would have left it. */
function writeEntries(store: TestStore, fs: number, entries: readonly Entry[]): void {
	const builder = new TreeBuilder();
	for (const {path: text, type, mode, uid, gid, size = 0} of entries) {
		const parts = text.split('/');
		const name = parts.at(-1)!;
		const permissions = Number(mode);
		if (name === '.wh..wh..opq') {
			builder.setOpaque(parts.slice(0, -1));
		} else if (name.startsWith('.wh.')) {
			builder.add([...parts.slice(0, -1), name.slice(4)], {type: 'char', mode: 0, timeUs: 0});
		} else {
			builder.add(parts, {type: type === 'dir' ? 'directory' : 'file', mode: permissions, uid, gid, timeUs: 0, ...type === 'file' && {content: contentOf(text === 'app.bin' ? encodeText('compiled\n') : new Uint8Array(size).fill(120))}});
		}
	}

	for (const inode of builder.finish().values()) {
		putInode(store.tx, fs, inode);
	}

	store.tx.put('filesystem', fs, {...store.tx.get('filesystem', fs)!, nextNode: builder.nextNode});
}
