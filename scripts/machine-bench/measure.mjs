// The same loop on our machine, on v86 (npm, BSD-2) and on QEMU if it is installed; millions of instructions a second, and the ratio to v86's interpreter.

import {spawn, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {cpus, tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {build} from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const marker = Buffer.from([0xDE, 0xC0, 0xDE, 0xC0]);
const rounds = 3;
const instructionsAnIteration = 19.5;

/** The firmware image with the number of iterations in it. */
function imageWith(iterations, folder) {
	const image = readFileSync(join(here, 'loop.bin'));
	image.writeUInt32LE(iterations, image.indexOf(marker));
	const file = join(folder, `loop-${iterations}.bin`);
	writeFileSync(file, image);
	return file;
}

async function loadMachine(folder) {
	const outfile = join(folder, 'machine.mjs');
	await build({entryPoints: [join(root, 'source/model/machine/machine.ts')], bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'warning'});
	return (await import(pathToFileURL(outfile))).Machine;
}

function ours(Machine, file) {
	const machine = new Machine();
	machine.memory.loadFirmware(readFileSync(file));
	let before;
	let after;
	machine.ports.attach(0xE9, 1, {widths: [1], read: () => 0xE9, write: (_port, _bytes, value) => {
		const now = {at: performance.now(), instructions: machine.cpu.clock};
		before = value === 0x53 ? now : before;
		after = value === 0x45 ? now : after;
	}});
	machine.run(1e11);
	return {milliseconds: after.at - before.at, instructions: after.instructions - before.instructions, result: machine.memory.readDword(0x6000) >>> 0};
}

function v86(file, mode) {
	const {stdout, status, stderr} = spawnSync(process.execPath, [join(here, 'v86.mjs'), file, mode], {encoding: 'utf8', timeout: 120_000});
	if (status !== 0) {
		throw new Error(`v86: ${stderr}`);
	}

	return JSON.parse(stdout);
}

/** QEMU has no clock that we can read inside; its output is watched. */
async function qemu(file, folder, instructions) {
	const output = join(folder, 'qemu-e9');
	writeFileSync(output, '');
	const child = spawn('qemu-system-i386', ['-nodefaults', '-display', 'none', '-M', 'pc,accel=tcg', '-m', '16', '-bios', file, '-chardev', `file,id=dbg,path=${output}`, '-device', 'isa-debugcon,iobase=0xe9,chardev=dbg'], {stdio: 'ignore'});
	const until = async text => {
		for (const end = performance.now() + 60_000; performance.now() < end && !readFileSync(output, 'latin1').includes(text);) {
			await new Promise(resolve => {
				setTimeout(resolve, 1);
			});
		}

		return performance.now();
	};
	const started = await until('S');
	const ended = await until('E');
	child.kill('SIGKILL');
	return {milliseconds: ended - started, instructions};
}

export async function measureMachine(report) {
	const folder = mkdtempSync(join(tmpdir(), 'virtlab-machine-'));
	try {
		const [{model}] = cpus();
		console.log(`  ${cpus().length} x ${model}, Node ${process.version}`);
		const short = imageWith(2_000_000, folder);
		const long = imageWith(40_000_000, folder);
		const Machine = await loadMachine(folder);
		const engines = {
			'virtlab': () => ours(Machine, short),
			'v86, interpreter': () => v86(short, 'nojit'),
			'v86, compiler': () => v86(long, 'jit'),
			...(spawnSync('sh', ['-c', 'command -v qemu-system-i386']).status === 0 ? {'QEMU, compiler (TCG)': () => qemu(long, folder, 40_000_000 * instructionsAnIteration)} : {}),
		};
		const speeds = new Map(Object.keys(engines).map(name => [name, []]));
		for (let round = 0; round < rounds; round++) {
			for (const [name, run] of Object.entries(engines)) {
				const {milliseconds, instructions} = await run();
				speeds.get(name).push(instructions / milliseconds / 1000);
			}
		}

		const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
		const base = median(speeds.get('v86, interpreter'));
		for (const [name, values] of speeds) {
			report(name, median(values), `million instructions a second  ${(median(values) / base).toFixed(2)} x v86's interpreter`);
		}
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}
