// One run of the loop on v86 (its interpreter, or its compiler): `node v86.mjs IMAGE nojit|jit`; prints {milliseconds, instructions}. A process of its own,
// because v86 takes over the thread and its compiler cannot be switched.

import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const [image, mode] = process.argv.slice(2);
const build = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'node_modules/v86/build');
const {V86} = await import(join(build, 'libv86.mjs'));
const bytes = readFileSync(image);
const emulator = new V86({
	wasm_path: join(build, 'v86.wasm'), memory_size: 32 * 2 ** 20, bios: {buffer: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)},
	autostart: false, disable_jit: mode === 'nojit', disable_speaker: true, log_level: 0,
});
let started;
emulator.add_listener('emulator-loaded', () => {
	const {cpu} = emulator.v86;
	cpu.io.register_write(0xE9, undefined, value => {
		if (value === 'S'.codePointAt(0)) {
			started = {at: performance.now(), instructions: emulator.get_instruction_counter()};
		} else if (value === 'E'.codePointAt(0)) {
			const instructions = (emulator.get_instruction_counter() - started.instructions) >>> 0;
			console.log(JSON.stringify({milliseconds: performance.now() - started.at, instructions, result: cpu.mem8.slice(0x6000, 0x6004).reduce((sum, byte, index) => sum + byte * 256 ** index, 0)}));
			process.exit(0);
		}
	});
	emulator.run();
});
