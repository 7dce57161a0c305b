import {readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {decodeText, encodeText} from '../../../source/base/bytes.js';
import {digestOf} from '../../../source/base/digest.js';
import {chainIds, encodeDocument, imageIdOf, parseDocument} from '../../../source/model/container/image-document.js';
import {makeBlob, makeManifest, mediaTypes, parseManifest} from '../../../source/model/container/manifest.js';
import type {DiffId, ImageDocument} from '../../../source/model/container/schema.js';

const folder = new URL('../../golden/image-config/', import.meta.url);

test.each(readdirSync(folder))('the bytes of %s are those that the real engine hashed', name => {
	const bytes = readFileSync(new URL(name, folder));
	const document = parseDocument(bytes);
	if ('error' in document) {
		throw new Error(document.error);
	}

	const style = name.includes('classic') ? 'docker' : 'oci';
	expect(decodeText(encodeDocument(document, style))).toBe(bytes.toString());
});

test('a chain id is the digest of the chain below and the layer', () => {
	// Of the image-spec's text: ChainID(A|B) = Digest(ChainID(A) + " " + DiffID(B)).
	const [a, b, c] = ['a', 'b', 'c'].map(letter => digestOf(letter) as DiffId) as [DiffId, DiffId, DiffId];
	const [one, two, three] = chainIds([a, b, c]);
	expect(one).toBe(a);
	expect(two).toBe(digestOf(`${a} ${b}`));
	expect(three).toBe(digestOf(`${two} ${c}`));
});

test('a pushed manifest has the size that docker push prints', () => {
	const layer = makeBlob(mediaTypes.docker.layer, encodeText('layer'));
	const config = makeBlob(mediaTypes.docker.config, encodeText('{}'));
	const describe = (blob: typeof layer) => ({mediaType: blob.mediaType, digest: blob.digest, sizeBytes: blob.bytes.length});
	const manifest = makeManifest('docker', describe(config), [describe(layer)]);
	expect(decodeText(manifest.bytes)).toBe(`{
   "schemaVersion": 2,
   "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
   "config": {
      "mediaType": "application/vnd.docker.container.image.v1+json",
      "size": 2,
      "digest": "${config.digest}"
   },
   "layers": [
      {
         "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
         "size": 5,
         "digest": "${layer.digest}"
      }
   ]
}`);
	expect(parseManifest(manifest.bytes)).toMatchObject({config: {digest: config.digest}});
	expect(parseManifest(encodeText('{"schemaVersion": 1}'))).toEqual({error: 'manifest invalid: manifest invalid'});
});

test('a document that is none is refused', () => {
	expect(parseDocument(encodeText('{"a":1}'))).toEqual({error: 'invalid image JSON, no RootFS key'});
	expect(parseDocument(encodeText('{'))).toEqual({error: 'invalid character in image configuration'});
	const document: ImageDocument = {architecture: 'amd64', config: {Cmd: ['sh', '-c', 'a && b > c']}, created: '2026-09-01T08:00:00Z', history: [], os: 'linux', rootfs: {type: 'layers', diff_ids: []}};
	expect(decodeText(encodeDocument(document, 'oci'))).toBe(String.raw`{"architecture":"amd64","config":{"Cmd":["sh","-c","a \u0026\u0026 b \u003e c"]},"created":"2026-09-01T08:00:00Z","history":[],"os":"linux","rootfs":{"type":"layers","diff_ids":[]}}`);
	expect(imageIdOf(encodeDocument(document, 'oci'))).toMatch(/^sha256:[\da-f]{64}$/v);
});
