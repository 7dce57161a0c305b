// COPY, ADD and what they refuse, beyond the recorded builds. The base is debian's, where /bin is a link to /usr/bin.
import {expect, test} from 'vitest';
import {digestOf} from '../../../../source/base/digest.js';
import {encodeText} from '../../../../source/base/bytes.js';
import {gzip} from '../../../../source/base/gzip.js';
import {isTarError, readTar, type TarEntry, tarEntry, writeTar} from '../../../../source/base/tar.js';
import {build} from '../../../../source/model/container/builder/build.js';
import {pruneBuildCache} from '../../../../source/model/container/builder/build-cache.js';
import type {BuildHost} from '../../../../source/model/container/builder/build-host.js';
import {isBuildFailure} from '../../../../source/model/container/builder/build-plan.js';
import {dockerHub} from '../../../../source/model/container/hub/docker-hub.js';
import {removeImage} from '../../../../source/model/container/image-removal.js';
import {layersOf} from '../../../../source/model/container/image-store.js';
import {pullImage} from '../../../../source/model/container/pull.js';
import {isReferenceError, parseReference} from '../../../../source/model/container/reference.js';
import {isRegistryError} from '../../../../source/model/container/registry.js';
import {finish, newStore, type TestStore} from '../drive.js';

function file(name: string, content: string | Uint8Array, mode = 0o644): TarEntry {
	const bytes = typeof content === 'string' ? encodeText(content) : content;
	return tarEntry(name, 'file', {mode, content: {sizeBytes: bytes.length, chunks: [{offset: 0, bytes}]}});
}

function hostOf(store: TestStore): BuildHost {
	return {
		engine: store.engine, tx: store.tx,
		* pull(text) {
			const reference = parseReference(text);
			const image = isReferenceError(reference) ? undefined : yield * pullImage(store, dockerHub, reference, () => undefined);
			return image === undefined || isRegistryError(image) ? {kind: 'pull-error', status: 404, message: image?.message ?? 'invalid reference format'} : image;
		},
		* run() {
			return {kind: 'refused', message: 'these tests run nothing'};
		},
		* fetch(url) {
			return url.endsWith('/one') ? {status: 200, reason: '200 OK', bytes: encodeText('1'), modifiedUs: 1e15} : {status: 404, reason: '404 Not Found', bytes: encodeText('nothing\n'), modifiedUs: undefined};
		},
		keep() {},
	};
}

type Built = {readonly layer: readonly string[]} | {readonly error: string};

function buildIn(store: TestStore, dockerfile: string, files: readonly TarEntry[], style: 'classic' | 'buildkit' = 'buildkit'): Built {
	const options = {
		style, context: writeTar([file('Dockerfile', dockerfile), ...files]), dockerfile: 'Dockerfile', tags: ['t'], buildArgs: new Map(), labels: new Map(), target: undefined, noCache: false, pull: false, network: 'default', hostConfig: {}, removal: 'after-success', noCacheStages: [], output: 'image', isCheck: false,
	} as const;
	const result = finish(store, build(hostOf(store), options, () => undefined));
	if (isBuildFailure(result)) {
		return {error: result.message.replace(/[\da-f\-]{36}::\w{25}/v, 'REF')};
	}

	const entries = readTar(result.kind === 'image' ? layersOf(store, result.image).at(-1)!.tar : new Uint8Array(0));
	return {layer: isTarError(entries) ? [] : entries.map(({name, type, mode, uid, gid}) => `${name}${type === 'directory' ? '/' : ''} ${mode.toString(8)} ${uid}:${gid}`)};
}

test('the page of the course: a new index.html on nginx', () => {
	const store = newStore();
	const result = buildIn(store, 'FROM nginx\nCOPY index.html /usr/share/nginx/html/\n', [file('index.html', '<h1>Hello</h1>\n')]);
	expect(result).toEqual({layer: ['usr/ 755 0:0', 'usr/share/ 755 0:0', 'usr/share/nginx/ 755 0:0', 'usr/share/nginx/html/ 755 0:0', 'usr/share/nginx/html/index.html 644 0:0']});
});

test('a target behind a symbolic link is where the link leads', () => {
	expect(buildIn(newStore(), 'FROM debian\nCOPY run.sh /bin/run\n', [file('run.sh', '#!/bin/sh\n', 0o755)])).toEqual({layer: ['usr/ 755 0:0', 'usr/bin/ 755 0:0', 'usr/bin/run 755 0:0']});
});

test('--chown finds names in the image, --chmod needs BuildKit', () => {
	expect(buildIn(newStore(), 'FROM debian\nCOPY --chown=www-data:games --chmod=600 f /srv/\n', [file('f', 'x')])).toEqual({layer: ['srv/ 755 0:0', 'srv/f 600 33:60']});
	expect(buildIn(newStore(), 'FROM debian\nCOPY --chown=nobody2 f /\n', [file('f', 'x')])).toEqual({error: "unable to convert uid/gid chown string to host mapping: can't find uid for user nobody2: no such user: nobody2"});
	expect(buildIn(newStore(), 'FROM debian\nCOPY --chmod=600 f /\n', [file('f', 'x')], 'classic')).toMatchObject({error: expect.stringContaining('the --chmod option requires BuildKit')});
});

test('ADD unpacks an archive, which cannot lead out of its target', () => {
	const archive = gzip(writeTar([tarEntry('d', 'directory'), file('d/one', '1')]));
	expect(buildIn(newStore(), 'FROM scratch\nADD a.tgz /in/\n', [file('a.tgz', archive)])).toEqual({layer: ['in/ 755 0:0', 'in/d/ 755 0:0', 'in/d/one 644 0:0']});
	const evil = writeTar([file('../../etc/shadow', 'x')]);
	expect(buildIn(newStore(), 'FROM scratch\nADD a.tar /in/\n', [file('a.tar', evil)])).toEqual({layer: ['in/ 755 0:0', 'in/etc/ 755 0:0', 'in/etc/shadow 644 0:0']});
});

test('ADD of a URL is a file that its owner may read, if it is what the checksum says', () => {
	expect(buildIn(newStore(), 'FROM scratch\nADD http://example.com/one /in/\n', [])).toEqual({layer: ['in/ 755 0:0', 'in/one 600 0:0']});
	expect(buildIn(newStore(), 'FROM scratch\nADD --chmod=755 --chown=1:2 http://example.com/one /uno\n', [])).toEqual({layer: ['uno 755 1:2']});
	expect(buildIn(newStore(), `FROM scratch\nADD --checksum=${digestOf('1')} http://example.com/one /\n`, [])).toEqual({layer: ['one 600 0:0']});
	expect(buildIn(newStore(), `FROM scratch\nADD --checksum=${digestOf('2')} http://example.com/one /\n`, [])).toEqual({error: `failed to load cache key: digest mismatch ${digestOf('1')}: ${digestOf('2')}`});
	expect(buildIn(newStore(), 'FROM scratch\nADD http://example.com/two /\n', [])).toEqual({error: 'failed to load cache key: invalid response status 404'});
	expect(buildIn(newStore(), 'FROM scratch\nADD http://example.com/two /\n', [], 'classic')).toEqual({error: 'ADD failed: failed to GET http://example.com/two with status 404 Not Found: nothing\n'});
	expect(buildIn(newStore(), 'FROM scratch\nADD http://example.com/ /in/\n', [])).toEqual({error: 'failed to determine filename for http://example.com/'});
	expect(buildIn(newStore(), `FROM scratch\nADD --checksum=${digestOf('1')} one /\n`, [file('one', '1')])).toEqual({error: 'checksum requires HTTP(S) or Git sources'});
	expect(buildIn(newStore(), 'FROM scratch\nADD https://github.com/a/b.git /\n', [])).toEqual({error: 'virtlab does not model git repositories as sources of ADD'});
});

test('--exclude leaves out files by their names and by their paths in the source', () => {
	const files = [tarEntry('d', 'directory'), file('d/a.txt', 'a'), file('d/b.md', 'b'), tarEntry('d/sub', 'directory'), file('d/sub/c.txt', 'c'), file('d/sub/d.md', 'd'), file('e.txt', 'e'), file('f.md', 'f')];
	expect(buildIn(newStore(), 'FROM scratch\nCOPY --exclude=*.txt --exclude=sub/*.md d /in/\n', files)).toEqual({layer: ['in/ 755 0:0', 'in/b.md 644 0:0', 'in/sub/ 755 0:0', 'in/sub/c.txt 644 0:0']});
	expect(buildIn(newStore(), 'FROM scratch\nCOPY --exclude=**/*.txt --exclude=*.txt d *.* /in/\n', files)).toEqual({layer: ['in/ 755 0:0', 'in/b.md 644 0:0', 'in/f.md 644 0:0', 'in/sub/ 755 0:0', 'in/sub/d.md 644 0:0']});
	expect(buildIn(newStore(), 'FROM scratch\nCOPY --parents d /in/\n', files)).toEqual({error: 'dockerfile parse error on line 2: unknown flag: --parents'});
});

test('missing bases, sources and words are refused as by the real builders', () => {
	const [b, c] = ['buildkit', 'classic'] as const;
	expect(buildIn(newStore(), 'FROM nosuch\nRUN x\n', [], b)).toEqual({error: expect.stringContaining('nosuch: failed to resolve source metadata for docker.io/library/nosuch:latest')});
	expect(buildIn(newStore(), 'FROM nosuch\nRUN x\n', [], c)).toEqual({error: "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"});
	expect(buildIn(newStore(), 'FROM scratch\nCOPY a b\n', [], b)).toEqual({error: 'failed to compute cache key: failed to calculate checksum of ref REF: "/a": not found'});
	expect(buildIn(newStore(), 'FROM scratch\nCOPY *.x /\n', [], c)).toEqual({error: 'COPY failed: no source files were specified'});
	expect(buildIn(newStore(), 'FROM scratch\nCOPY a\n', [], c)).toEqual({error: 'dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined'});
	expect(buildIn(newStore(), 'FROM a b\n', [], b)).toEqual({error: 'dockerfile parse error on line 1: FROM requires either one or three arguments'});
	expect(buildIn(newStore(), 'FROM scratch\nCOPY a c /d\n', [file('a', ''), file('c', '')], c)).toEqual({error: 'When using COPY with more than one source file, the destination must be a directory and end with a /'});
	expect(buildIn(newStore(), 'FROM scratch\nCOPY --form=x a /\n', [], c)).toEqual({error: 'dockerfile parse error on line 2: unknown flag: --form (did you mean from?)'});
});

test('.dockerignore hides files from COPY', () => {
	const files = [file('.dockerignore', '*\n!keep\n'), file('keep', 'x'), file('secret', 'x')];
	expect(buildIn(newStore(), 'FROM scratch\nCOPY . /\n', files)).toEqual({layer: ['keep 644 0:0']});
});

test('the cache keeps layers until it is pruned', () => {
	const store = newStore();
	buildIn(store, 'FROM scratch\nCOPY f /\n', [file('f', 'x')]);
	expect(removeImage(store, 't', {force: false, prune: true, users: [], chainsInUse: [...store.tx.table('build-cache:1').values()].flatMap(record => record.chain ?? [])})).toHaveLength(2);
	expect(store.tx.table('layer:1').size).toBe(1);
	expect(pruneBuildCache(store, [])).toMatchObject({freedBytes: 1});
	expect(store.tx.table('layer:1').size).toBe(0);
});
