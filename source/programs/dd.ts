// dd(1): copies blocks. The time in its last line is the virtual clock's, so it comes out of the work that the copy was charged for.

import {secondNs} from '../base/clock.js';
import {formatFloat} from '../base/printf.js';
import {write} from '../model/kernel/blocking.js';
import {errorTextOf, failed, type Failure} from '../model/kernel/errno.js';
import type {Fd} from '../model/kernel/program.js';
import {parseSize} from './sizes.js';
import {chargeBuffer, printTo, readBlock, readFully, type Blocking} from './standard-io.js';
import {plainTool, type Tool} from './tool.js';

const words: Readonly<Record<string, readonly string[]>> = {
	conv: ['notrunc', 'fsync', 'fdatasync', 'sync', 'noerror', 'excl', 'nocreat', 'ucase', 'lcase', 'swab', 'sparse'],
	iflag: ['fullblock', 'count_bytes', 'skip_bytes'],
	oflag: ['append', 'seek_bytes'],
	status: ['none', 'noxfer'],
};

type Operands = Map<string, string>;

export const dd = plainTool('dd', function * (t) {
	if (t.operands[0] === '--help') {
		yield * printTo(t.process, t.isGnu ? 1 : 2, `Usage: ${t.name} [OPERAND]...\nCopy a file, converting and formatting according to the operands.\n\n  bs=BYTES ibs=BYTES obs=BYTES  count=N  skip=N  seek=N  if=FILE  of=FILE\n${Object.entries(words).map(([name, list]) => `  ${name}=${list.join(',')}\n`).join('')}`);
		return 0;
	}

	const operands = yield * readOperands(t);
	if (typeof operands === 'number') {
		return operands;
	}

	const copy = yield * open(t, operands);
	if (typeof copy === 'number') {
		return copy;
	}

	const startNs = t.sys.now();
	const status = yield * run(t, copy);
	yield * report(t, copy, operands.get('status'), t.sys.now() - startNs);
	return status;
});

function * readOperands(t: Tool<never>): Blocking<Operands | number> {
	const operands: Operands = new Map();
	for (const operand of t.operands) {
		const [, name, value] = /^([a-z]+)=(.*)$/sv.exec(operand) ?? [];
		if (name === undefined || value === undefined || !['bs', 'ibs', 'obs', 'count', 'skip', 'seek', 'if', 'of', 'conv', 'iflag', 'oflag', 'status', 'iseek', 'oseek'].includes(name)) {
			return yield * t.isGnu ? t.complain(`unrecognized operand ${t.quoted(operand)}\nTry '${t.name} --help' for more information.`) : t.usageError(undefined);
		}

		const unknown = words[name] === undefined ? undefined : value.split(',').find(word => !words[name]!.includes(word));
		if (unknown !== undefined) {
			const what = {conv: 'conversion', iflag: 'input flag', oflag: 'output flag', status: 'status level'}[name]!;
			return yield * t.isGnu ? t.complain(`invalid ${what}: ${t.quoted(unknown)}\nTry '${t.name} --help' for more information.`) : t.complain(`invalid argument '${unknown}' to '${name}'`);
		}

		if (['bs', 'ibs', 'obs', 'count', 'skip', 'seek', 'iseek', 'oseek'].includes(name)) {
			const size = product(value);
			if (size === undefined || (size === 0 && name.endsWith('bs'))) {
				return yield * t.complain(t.says(`invalid number: ${t.quoted(value)}`, `invalid number '${value}'`));
			}
		}

		operands.set({iseek: 'skip', oseek: 'seek'}[name] ?? name, value);
	}

	return operands;
}

/** `4K` or `1024x1024`. */
function product(text: string): number | undefined {
	return text.split('x').map(factor => parseSize(factor)).reduce((all, factor) => all === undefined || factor === undefined ? undefined : all * factor, 1);
}

/** A block longer than this does not fit into memory. */
const blockBytesMax = 256 * 1024 * 1024;

type Copy = {
	readonly input: Fd; readonly output: Fd; readonly inputPath: string; readonly outputPath: string;
	readonly blockBytes: number; readonly limit: number; readonly countsBytes: boolean; readonly fullBlocks: boolean; readonly conversions: readonly string[];
	counts: {inFull: number; inPartial: number; outFull: number; outPartial: number; bytes: number};
};

function * open(t: Tool<never>, operands: Operands): Blocking<Copy | number> {
	const conversions = (operands.get('conv') ?? '').split(',');
	const flags = [...(operands.get('iflag') ?? '').split(','), ...(operands.get('oflag') ?? '').split(',')];
	const blockBytes = product(operands.get('bs') ?? operands.get('ibs') ?? '512')!;
	if (blockBytes > blockBytesMax) {
		return yield * t.complain(t.says(`memory exhausted by input buffer of size ${blockBytes} bytes (${sizeWords(blockBytes)})`, 'out of memory'));
	}

	const inputPath = operands.get('if');
	const outputPath = operands.get('of');
	const input = inputPath === undefined ? 0 : t.sys.open(inputPath, {read: true});
	if (failed(input)) {
		return yield * t.complainCannot(`failed to open ${t.quoted(inputPath!)}`, `can't open '${inputPath!}'`, input);
	}

	const seek = product(operands.get('seek') ?? '0')! * (flags.includes('seek_bytes') ? 1 : product(operands.get('bs') ?? operands.get('obs') ?? '512')!);
	const truncates = !conversions.includes('notrunc') && !flags.includes('append');
	const output = outputPath === undefined ? 1 : t.sys.open(outputPath, {write: true, create: !conversions.includes('nocreat'), exclusive: conversions.includes('excl'), truncate: truncates && seek === 0, append: flags.includes('append')});
	if (failed(output)) {
		return yield * t.complainCannot(`failed to open ${t.quoted(outputPath!)}`, `can't open '${outputPath!}'`, output);
	}

	const skip = product(operands.get('skip') ?? '0')! * (flags.includes('skip_bytes') ? 1 : blockBytes);
	const refusal = (yield * skipInput(t, input, skip)) ?? (seek > 0 ? seekOutput(t, output, seek, truncates) : undefined);
	if (refusal !== undefined) {
		return yield * t.complain(`${t.quoted(outputPath ?? 'standard output')}: ${seek > 0 ? 'cannot seek' : 'cannot skip'}: ${errorTextOf(refusal)}`);
	}

	return {
		input, output, inputPath: inputPath ?? 'standard input', outputPath: outputPath ?? 'standard output', blockBytes, conversions,
		limit: operands.has('count') ? product(operands.get('count')!)! : Infinity, countsBytes: flags.includes('count_bytes'), fullBlocks: flags.includes('fullblock'),
		counts: {inFull: 0, inPartial: 0, outFull: 0, outPartial: 0, bytes: 0},
	};
}

function * skipInput(t: Tool<never>, input: Fd, bytes: number): Blocking<Failure | undefined> {
	if (bytes === 0 || !failed(t.sys.seek(input, bytes, 'current'))) {
		return undefined;
	}

	const skipped = yield * readFully(t.process, input, Math.min(bytes, blockBytesMax));
	return failed(skipped) ? skipped : undefined;
}

function seekOutput(t: Tool<never>, output: Fd, bytes: number, truncates: boolean): Failure | undefined {
	const refusal = truncates ? t.sys.ftruncate(output, bytes) : undefined;
	const position = t.sys.seek(output, bytes, 'start');
	return failed(position) ? position : (failed(refusal) && refusal.errno !== 'EINVAL' ? refusal : undefined);
}

function * run(t: Tool<never>, copy: Copy): Blocking<number> {
	const {counts, blockBytes} = copy;
	const refusal = chargeBuffer(t.process, blockBytes);
	if (failed(refusal)) {
		return yield * t.complain(t.says(`memory exhausted by input buffer of size ${blockBytes} bytes (${sizeWords(blockBytes)})`, 'out of memory'));
	}

	for (let done = 0; done < copy.limit;) {
		const wanted = copy.countsBytes ? Math.min(blockBytes, copy.limit - done) : blockBytes;
		const block = yield * (copy.fullBlocks || wanted > 65_536 ? readWhole(t, copy, wanted) : readBlock(t.process, copy.input, wanted));
		if (failed(block)) {
			return yield * t.complainCannot(`error reading ${t.quoted(copy.inputPath)}`, `error reading '${copy.inputPath}'`, block);
		}

		if (block.length === 0) {
			return 0;
		}

		counts[block.length === blockBytes ? 'inFull' : 'inPartial']++;
		done += copy.countsBytes ? block.length : 1;
		const converted = convert(block, copy);
		const written = yield * write(t.process, copy.output, converted);
		if (failed(written)) {
			return yield * t.complainCannot(`error writing ${t.quoted(copy.outputPath)}`, `error writing '${copy.outputPath}'`, written);
		}

		counts.bytes += converted.length;
		counts[converted.length === blockBytes ? 'outFull' : 'outPartial']++;
	}

	return 0;
}

/** One read(2) of Linux returns as much of a file as was asked for; ours at most 64 KiB at a time. */
function * readWhole(t: Tool<never>, copy: Copy, count: number): Blocking<Uint8Array | Failure> {
	const attributes = t.sys.fstat(copy.input);
	const isPipe = !failed(attributes) && (attributes.type === 'fifo' || attributes.type === 'socket');
	return yield * (isPipe && !copy.fullBlocks ? readBlock(t.process, copy.input, count) : readFully(t.process, copy.input, count));
}

function convert(block: Uint8Array, {conversions, blockBytes}: Copy): Uint8Array {
	let result = block;
	if (conversions.includes('sync') && block.length < blockBytes) {
		result = new Uint8Array(blockBytes);
		result.set(block);
	}

	if (conversions.includes('ucase')) {
		result = result.map(byte => byte >= 97 && byte <= 122 ? byte - 32 : byte);
	} else if (conversions.includes('lcase')) {
		result = result.map(byte => byte >= 65 && byte <= 90 ? byte + 32 : byte);
	}

	return conversions.includes('swab') ? result.map((_, index) => result[index ^ 1] ?? result[index]!) : result;
}

/** `1.0 MB, 1.0 MiB`: sizes below 1000 have no words of their own. */
function sizeWords(bytes: number): string {
	const scaled = (base: number, letters: string, unit: string): string => {
		let power = 0;
		while (power < letters.length && bytes / base ** power >= base) {
			power++;
		}

		const value = bytes / base ** power;
		return `${formatFloat({flags: '', precision: value < 10 ? 1 : 0, conversion: 'f'}, value)} ${power === 0 ? '' : letters[power - 1]!}${unit}`;
	};

	const decimal = bytes >= 1000 ? scaled(1000, 'kMGTPE', 'B') : undefined;
	const binary = bytes >= 1024 ? scaled(1024, 'KMGTPE', 'iB') : undefined;
	return [decimal, binary].filter(text => text !== undefined).join(', ');
}

function * report(t: Tool<never>, {counts}: Copy, status: string | undefined, elapsedNs: number): Blocking<void> {
	if (status === 'none') {
		return;
	}

	const {inFull, inPartial, outFull, outPartial, bytes} = counts;
	yield * printTo(t.process, 2, `${inFull}+${inPartial} records in\n${outFull}+${outPartial} records out\n`);
	if (status === 'noxfer') {
		return;
	}

	const seconds = Math.max(elapsedNs, 1000) / secondNs;
	const rate = bytes / seconds;
	if (!t.isGnu) {
		yield * printTo(t.process, 2, `${bytes} bytes (${sizeWords(bytes).split(', ').at(-1)!.replace(' ', '').replace('iB', 'B') || '0B'}) copied, ${formatFloat({flags: '', precision: 6, conversion: 'f'}, seconds)} seconds, ${busyboxRate(rate)}/s\n`);
		return;
	}

	const words = sizeWords(bytes);
	const [speed] = sizeWords(Math.round(rate)).split(', ');
	yield * printTo(t.process, 2, `${bytes} byte${bytes === 1 ? '' : 's'}${words === '' ? '' : ` (${words})`} copied, ${formatFloat({flags: '', precision: 6, conversion: 'g'}, seconds)} s, ${speed === '' ? `${formatFloat({flags: '', precision: 1, conversion: 'f'}, rate)} B` : speed}/s\n`);
}

function busyboxRate(bytesPerSecond: number): string {
	const letters = ['B', 'KB', 'MB', 'GB', 'TB'];
	let value = bytesPerSecond;
	let power = 0;
	while (value >= 1024 && power < 4) {
		value /= 1024;
		power++;
	}

	return `${formatFloat({flags: '', precision: 1, conversion: 'f'}, value)}${letters[power]!}`;
}
