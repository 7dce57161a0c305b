// The judges: a firmware image goes in, the memory ranges that it prints on port 0xE9 come out. QEMU and Bochs are real programs that must be
// installed; `virtlab` is the command of this project.

import {spawn, spawnSync} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const patienceMs = 30_000;
const pollMs = 20;

export function isInstalled(program) {
	return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** Assembles a program made with rom32.inc; `ranges` are the [address, bytes] that it prints at its end. */
export function assemble(source, {folder, include, ranges}) {
	const asm = join(folder, 'program.asm');
	const image = join(folder, 'program.bin');
	writeFileSync(asm, source);
	const list = [[0x4F00, 64], [0x5000, 0x1000], ...ranges].map(([address, bytes]) => `0x${address.toString(16)},${bytes}`).join(',');
	const {status, stderr} = spawnSync('nasm', ['-f', 'bin', '-w-number-overflow', '-I', `${include}/`, `-DDUMPLIST=dd ${list}`, '-o', image, asm], {encoding: 'utf8'});
	if (status !== 0) {
		throw new Error(`nasm: ${stderr}`);
	}

	return image;
}

/** The ranges in what a program printed: address to words. */
export function dumpOf(text) {
	return new Map([...text.matchAll(/@([\da-f]{8}):((?:\s*[\da-f]{8})+)/gv)]
		.map(([, address, words]) => [Number.parseInt(address, 16), words.trim().split(/\s+/v)]));
}

const isComplete = text => /\$\r?\n/v.test(text);

/** Runs until the text is complete, then ends the process that was started here. */
async function until(child, text) {
	const end = Date.now() + patienceMs;
	try {
		while (Date.now() < end && child.exitCode === null && !isComplete(text())) {
			await new Promise(resolve => {
				setTimeout(resolve, pollMs);
			});
		}
	} finally {
		child.kill('SIGKILL');
	}

	return isComplete(text()) ? dumpOf(text()) : undefined;
}

export async function qemu(image, folder) {
	const output = join(folder, 'qemu-e9');
	writeFileSync(output, '');
	const child = spawn('qemu-system-i386', [
		'-nodefaults', '-display', 'none', '-M', 'pc,accel=tcg', '-m', '16', '-cpu', 'qemu32', '-no-reboot', '-bios', image,
		'-chardev', `file,id=dbg,path=${output}`, '-device', 'isa-debugcon,iobase=0xe9,chardev=dbg',
	], {stdio: 'ignore'});
	return until(child, () => readFileSync(output, 'latin1'));
}

export async function bochs(image, folder) {
	const {spawn: spawnTerminal} = await import('@lydell/node-pty');
	const settings = join(folder, 'bochsrc');
	writeFileSync(join(folder, 'commands'), 'c\nq\n');
	writeFileSync(settings, [
		'megs: 32', `romimage: file=${image}, address=0xffff0000`, 'vgaromimage: file=/usr/share/vgabios/vgabios.bin', 'config_interface: textconfig',
		'display_library: term', 'cpu: model=p4_prescott_celeron_336, count=1, ips=50000000, reset_on_triple_fault=0', 'port_e9_hack: enabled=1',
		'boot: floppy', `log: ${join(folder, 'bochs.log')}`, 'panic: action=fatal', 'error: action=report', 'info: action=report', 'clock: sync=none', '',
	].join('\n'));
	const terminal = spawnTerminal(existsSync('/usr/bin/bochs-bin') ? 'bochs-bin' : 'bochs', ['-q', '-f', settings, '-rc', join(folder, 'commands')], {
		name: 'vt100', cols: 200, rows: 50, env: {...process.env, TERM: 'vt100'}, encoding: null,
	});
	let text = '';
	let over = false;
	terminal.onData(data => {
		text += Buffer.from(data).toString('latin1');
	});
	terminal.onExit(() => {
		over = true;
	});
	return until({get exitCode() { return over ? 0 : null; }, kill: () => over || terminal.kill('SIGKILL')}, () => text);
}

/** This project, through its own command. */
export function virtlab(image, {root, ranges}) {
	const shown = ranges.flatMap(([address, bytes]) => ['--mem', `${address}:${bytes}`]);
	const {status, stdout, stderr} = spawnSync(process.execPath, [join(root, 'dist/cli.js'), 'machine', image, '--json', ...shown], {encoding: 'utf8', maxBuffer: 2 ** 26});
	if (status !== 0) {
		throw new Error(`virtlab: ${stderr}`);
	}

	const state = JSON.parse(stdout);
	return {end: state.end, detail: state.detail, dump: new Map(Object.entries(state.mem).map(([address, words]) => [Number(address), words.map(word => word.slice(2))]))};
}
