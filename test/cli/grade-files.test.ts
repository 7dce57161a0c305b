// Which transcripts `virtlab grade` finds, and what it says of hostile ones.

import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {zipSync} from 'fflate';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {encodeText} from '../../source/base/bytes.js';
import {gradeAll} from '../../source/cli/grade-all.js';
import {findTranscripts, readTranscriptFile} from '../../source/cli/grade-files.js';
import {progressLine} from '../../source/cli/progress-bar.js';
import {record, solution} from '../grade/file-session.js';
import {fileLabFiles} from '../grade/file-lab.js';

const root = join(import.meta.dirname, '..', '..');
let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'virtlab-grade-'));
});
afterEach(() => {
	rmSync(folder, {recursive: true});
});

function put(name: string, content: string | Uint8Array): void {
	mkdirSync(join(folder, name, '..'), {recursive: true});
	writeFileSync(join(folder, name), content);
}

function found(...args: readonly string[]): readonly string[] {
	const {files, problems} = findTranscripts(args.map(arg => join(folder, arg)));
	return [...files.map(({name}) => name), ...problems].map(text => text.replaceAll(`${folder}/`, ''));
}

test('a folder gives its transcripts by name, those of its folders and zip files too, and follows no links', () => {
	for (const name of ['b.cast', 'a.cast', 'notes.txt', 'more/c.cast']) {
		put(name, '');
	}

	put('class.zip', zipSync({'z.cast': new Uint8Array(1), '../../etc/passwd.cast': new Uint8Array(1), 'readme': new Uint8Array(1), '__MACOSX/._z.cast': new Uint8Array(1)}));
	symlinkSync('/', join(folder, 'everything'));
	expect(found('.')).toEqual(['a.cast', 'b.cast', 'class.zip:z.cast', 'class.zip:../../etc/passwd.cast', 'more/c.cast']);
});

test('patterns are expanded, but a file whose name has stars is that file', () => {
	put('1.cast', '');
	put('2.cast', '');
	put('*.cast', '');
	expect([found('?.cast'), found('*.cast'), found('[12].cast')]).toEqual([['*.cast', '1.cast', '2.cast'], ['*.cast'], ['1.cast', '2.cast']]);
});

test('what is not there, and what is no zip file, are told of', () => {
	put('x.zip', 'not a zip');
	expect(found('nosuch', 'x.zip', '*.none')).toEqual([
		'nosuch: ENOENT: no such file or directory, stat \'nosuch\'', 'x.zip: invalid zip data', '*.none: ENOENT: no such file or directory, stat \'*.none\'',
	]);
});

test('members are read by their number, so that two of one name are two', () => {
	put('class.zip', zipSync({'a.cast': encodeText('one'), 'b.cast': encodeText('two')}));
	const {files} = findTranscripts([join(folder, 'class.zip')]);
	expect(files.map(file => new TextDecoder().decode(readTranscriptFile(file)))).toEqual(['one', 'two']);
});

test('a file, and a member, of more than 256 MiB are refused before they are read', () => {
	put('big.cast', '');
	truncateSync(join(folder, 'big.cast'), (256 * 1024 * 1024) + 1);
	const zip = zipSync({'bomb.cast': new Uint8Array(1)});
	// The size that the archive says its member has: in the local and in the central header.
	const claimed = new DataView(zip.buffer, zip.byteOffset);
	claimed.setUint32(22, 0x7f_ff_ff_ff, true);
	claimed.setUint32(zip.length - 22 - (46 + 'bomb.cast'.length) + 24, 0x7f_ff_ff_ff, true);
	put('bomb.zip', zip);
	const {files} = findTranscripts([join(folder, 'big.cast'), join(folder, 'bomb.zip')]);
	for (const file of files) {
		expect(() => readTranscriptFile(file)).toThrow('the file has more than 268435456 bytes');
	}

	expect(files).toHaveLength(2);
});

test('grades come in the order of the files, and a broken one does not stop the class', async () => {
	for (const [name, content] of fileLabFiles) {
		put(`labs/files/${name}`, content);
	}

	put('1.cast', record(solution));
	put('2.cast', 'not a transcript\n');
	put('3.cast', record([], {learner: 'li.lei'}));
	put('4.zip', zipSync({'x.cast': record(solution, {learner: 'wang.fang'})}));
	const {files} = findTranscripts([folder]);
	const results: string[] = [];
	await gradeAll(files, {packs: [join(folder, 'labs')], locale: 'en', keepsLog: false, publicKey: undefined, jobs: 1}, (file, grade) => {
		results.push(`${file.name.slice(folder.length + 1)} ${grade.result} ${grade.learner}`);
	});
	expect(results).toEqual(['1.cast passed han.meimei', '2.cast not-gradable undefined', '3.cast not-passed li.lei', '4.zip:x.cast passed wang.fang']);

	const built = spawnSync(process.execPath, [join(root, 'scripts', 'run.mjs'), 'grade', folder, '--lab', join(folder, 'labs'), '--jobs', '2', '--format', 'csv'], {cwd: root, encoding: 'utf8'});
	expect(built.stdout.split('\r\n').slice(1, -1).map(row => row.split(',').slice(0, 4).join(' ').slice(folder.length + 1))).toEqual([
		'1.cast han.meimei files passed', '2.cast   not-gradable', '3.cast li.lei files not-passed', '4.zip:x.cast wang.fang files passed',
	]);
	expect(built.status).toBe(2);
});

test('the progress bar tells the rate and the time left', () => {
	expect(progressLine({done: 10, total: 30, seconds: 4})).toBe('[##########                    ] 10/30  2.5/s  8 s left');
});
