// `npm run oracle`: random programs on QEMU, on Bochs and here; prints what differs. The engines must be installed (Debian: qemu-system-x86,
// bochs, bochsbios, vgabios, bochs-term, nasm); one that is not is left out. Not a test: it needs them and takes its time.
//
//     npm run oracle                   a new seed
//     npm run oracle -- 42             that seed
//     npm run oracle -- 42 alu access  only these kinds

import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build as buildProgram} from './build.mjs';
import {accessProgram} from './oracle/access.mjs';
import {aluProgram} from './oracle/alu.mjs';
import {assemble, bochs, isInstalled, qemu, virtlab} from './oracle/engines.mjs';
import {limitProgram} from './oracle/limits.mjs';
import {randomFrom} from './oracle/random.mjs';
import {sequenceProgram} from './oracle/sequence.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const include = join(root, 'test/golden/machine');
const kinds = {alu: aluProgram, access: accessProgram, sequence: sequenceProgram, limits: limitProgram};
const mostShown = 12;

const [seedText, ...chosen] = process.argv.slice(2);
const seed = seedText === undefined ? Date.now() >>> 0 : Number(seedText);
console.log(`seed ${seed}`);
await buildProgram();
const judges = Object.entries({qemu: ['qemu-system-i386', qemu], bochs: ['bochs', bochs]}).filter(([name, [program]]) => {
	const found = isInstalled(program);
	console.log(found ? `${name}: yes` : `${name}: ${program} is not installed`);
	return found;
});

let differences = 0;
for (const [kind, make] of Object.entries(kinds)) {
	if (chosen.length === 0 || chosen.includes(kind)) {
		differences += await judge(kind, make(randomFrom(seed)));
	}
}

console.log(differences === 0 ? 'no differences' : `${differences} differences; seed ${seed}`);
process.exitCode = differences === 0 ? 0 : 1;

async function judge(kind, program) {
	const folder = mkdtempSync(join(tmpdir(), 'virtlab-oracle-'));
	try {
		const image = assemble(program.source, {folder, include, ranges: program.ranges});
		const ours = virtlab(image, {root, ranges: [...program.ranges, [0x5000, 0x1000]]});
		let found = 0;
		for (const [name, [, run]] of judges) {
			if (program.judges?.includes(name) ?? true) {
				found += compare(`${kind}/${name}`, program, ours, await run(image, folder), name);
			}
		}

		return found;
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

function compare(title, program, ours, theirs, judgeName) {
	if (theirs === undefined) {
		console.log(`${title}: no answer from the engine; here: ${ours.end} ${ours.detail ?? ''}`);
		return ours.end === 'triple-fault' ? 0 : 1;
	}

	let found = 0;
	let words = 0;
	for (const [address] of [...program.ranges, [0x5000]]) {
		for (const [index, theirWord] of theirs.get(address).entries()) {
			const mask = (address === 0x5000 ? faultLogMask(index, judgeName, theirs.get(address)) : program.mask?.(address, index, judgeName) ?? 0xFFFFFFFF) >>> 0;
			const ourWord = ours.dump.get(address)?.[index] ?? '????????';
			words++;
			if (((Number.parseInt(ourWord, 16) ^ Number.parseInt(theirWord, 16)) & mask) !== 0 && found++ < mostShown) {
				console.log(`${title}: 0x${(address + 4 * index).toString(16)}: here ${ourWord}, there ${theirWord}  ${program.where?.(address, index) ?? ''}`);
			}
		}
	}

	console.log(`${title}: ${words} words, ${found} differ (here: ${ours.end} ${ours.detail ?? ''})`);
	return found;
}

/** QEMU does not push RF with a fault, and with #BR (BOUND) it pushes flags that it has not yet worked out. */
function faultLogMask(index, judgeName, log) {
	const isFlags = index >= 4 && index % 8 === 0;
	return judgeName === 'qemu' && isFlags ? (log[index - 4] === '00000005' ? 0 : ~0x10000) : 0xFFFFFFFF;
}
