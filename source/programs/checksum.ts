// md5sum(1), sha1sum(1), sha256sum(1) and sha512sum(1): checksums of files, and the checking of lists of them.

import {secondNs} from '../base/clock.js';
import {rates} from '../base/rates.js';
import {Checksum, type ChecksumAlgorithm} from '../base/digest.js';
import {errorTextOf, failed, type Failure} from '../model/kernel/errno.js';
import type {Program} from '../model/kernel/program.js';
import type {Command} from './options.js';
import {LineReader, readBlock, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	binary: {short: 'b', long: 'binary', help: 'read in binary mode', only: 'gnu'},
	check: {short: 'c', long: 'check', help: 'read checksums from the FILEs and check them'},
	ignoreMissing: {long: 'ignore-missing', help: 'don\'t fail or report status for missing files', only: 'gnu'},
	quiet: {long: 'quiet', help: 'don\'t print OK for each successfully verified file', only: 'gnu'},
	silent: {short: 's', help: 'don\'t output anything, status code shows success', only: 'busybox'},
	status: {long: 'status', help: 'don\'t output anything, status code shows success', only: 'gnu'},
	tag: {long: 'tag', help: 'create a BSD-style checksum', only: 'gnu'},
	text: {short: 't', long: 'text', help: 'read in text mode (default)', only: 'gnu'},
	warn: {short: 'w', long: 'warn', help: 'warn about improperly formatted checksum lines'},
} as const;

type Name = keyof typeof options;

const titles: Readonly<Record<ChecksumAlgorithm, string>> = {md5: 'MD5', sha1: 'SHA1', sha256: 'SHA256', sha512: 'SHA512'};
const digits: Readonly<Record<ChecksumAlgorithm, number>> = {md5: 32, sha1: 40, sha256: 64, sha512: 128};

/** The program for one algorithm. */
export function checksumProgram(algorithm: ChecksumAlgorithm): Program {
	const command: Command<Name> = {name: `${algorithm}sum`, usage: ['[OPTION]... [FILE]...'], summary: `Print or check ${titles[algorithm]} (${digits[algorithm] * 4}-bit) checksums.`, options};
	return tool(command, function * (t) {
		if (t.has('check')) {
			let status = 0;
			for (const path of t.inputs) {
				status = Math.max(status, yield * checkList(t, algorithm, path));
			}

			return status;
		}

		let status = 0;
		for (const path of t.inputs) {
			const sum = yield * checksumOf(t, algorithm, path);
			if (failed(sum)) {
				status = yield * (t.isGnu ? t.complainOf(path, sum) : t.complainCannot('', `can't open '${path}'`, sum));
			} else {
				yield * t.print(t.has('tag') ? `${titles[algorithm]} (${path}) = ${sum.hex}\n` : `${sum.hex} ${t.has('binary') ? '*' : ' '}${path}\n`);
			}
		}

		return status;
	});
}

function * checksumOf(t: Tool<Name>, algorithm: ChecksumAlgorithm, path: string): Blocking<{readonly hex: string} | Failure> {
	const fd = t.openInput(path);
	if (failed(fd)) {
		return fd;
	}

	const checksum = new Checksum(algorithm);
	for (;;) {
		const block = yield * readBlock(t.process, fd);
		if (failed(block)) {
			t.closeInput(fd);
			return block;
		}

		if (block.length === 0) {
			t.closeInput(fd);
			return {hex: checksum.hex()};
		}

		checksum.update(block);
		t.sys.burn(Math.round(block.length * secondNs / rates.sha256BytesPerSecond));
	}
}

function * checkList(t: Tool<Name>, algorithm: ChecksumAlgorithm, list: string): Blocking<number> {
	const fd = t.openInput(list);
	const lines = failed(fd) ? fd : yield * new LineReader(t.process, fd).all();
	if (failed(lines)) {
		return yield * t.complainOf(list, lines);
	}

	const pattern = new RegExp(String.raw`^\\?([0-9A-Fa-f]{${digits[algorithm]}})(?: [ *]|  )(.+)$|^${titles[algorithm]} \((.+)\) = ([0-9a-f]{${digits[algorithm]}})$`, 'v');
	const counts = {good: 0, mismatched: 0, unreadable: 0, malformed: 0, verified: 0};
	const isSilent = t.has('status', 'silent');
	for (const {text} of lines) {
		const match = pattern.exec(text);
		if (match === null) {
			counts.malformed++;
			continue;
		}

		const path = match[2] ?? match[3]!;
		const wanted = (match[1] ?? match[4]!).toLowerCase();
		const sum = yield * checksumOf(t, algorithm, path);
		if (failed(sum)) {
			if (t.has('ignoreMissing') && sum.errno === 'ENOENT') {
				continue;
			}

			counts.unreadable++;
			yield * t.complain(t.says(`${path}: ${errorTextOf(sum)}`, `can't open '${path}': ${errorTextOf(sum)}`));
			yield * t.print(isSilent ? '' : t.says(`${path}: FAILED open or read\n`, `${path}: FAILED\n`));
			continue;
		}

		counts[sum.hex === wanted ? 'good' : 'mismatched']++;
		yield * t.print(isSilent || (t.has('quiet') && sum.hex === wanted) ? '' : `${path}: ${sum.hex === wanted ? 'OK' : 'FAILED'}\n`);
	}

	yield * t.out.flush();
	return yield * summarise(t, list, counts);
}

type Counts = {readonly good: number; readonly mismatched: number; readonly unreadable: number; readonly malformed: number};

function * summarise(t: Tool<Name>, list: string, {good, mismatched, unreadable, malformed}: Counts): Blocking<number> {
	if (good + mismatched + unreadable === 0) {
		return yield * t.complain(t.says(`${list === '-' ? '\'standard input\'' : list}: no properly formatted checksum lines found`, 'no checksums found'));
	}

	const plural = (count: number, one: string, many: string): string => `WARNING: ${count} ${count === 1 ? one : many}`;
	if (!t.has('status', 'silent')) {
		if (t.isGnu) {
			for (const [count, one, many] of [
				[malformed, 'line is improperly formatted', 'lines are improperly formatted'],
				[unreadable, 'listed file could not be read', 'listed files could not be read'],
				[mismatched, 'computed checksum did NOT match', 'computed checksums did NOT match'],
			] as const) {
				if (count > 0) {
					yield * t.complain(plural(count, one, many));
				}
			}
		} else if (mismatched + unreadable > 0) {
			yield * t.complain(`WARNING: ${mismatched + unreadable} of ${good + mismatched + unreadable} computed checksums did NOT match`);
		}
	}

	return mismatched + unreadable > 0 ? 1 : 0;
}
