// Paravirtual guests on Xen, each a few lines of assembly. `xen-guests/xen.inc` has the hypercalls.

import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import type {Domain} from '../../../../source/model/hypervisor/technique/paravirtualization/domain.js';
import {Xen} from '../../../../source/model/hypervisor/technique/paravirtualization/xen.js';
import {assemble} from '../../../../source/model/machine/assembler/assemble.js';

const include = readFileSync(new URL('xen-guests/xen.inc', import.meta.url), 'utf8');
const ramBytes = 32 * 2 ** 20;

function kernel(source: string): Uint8Array {
	const result = assemble(`%include "xen.inc"\n${source}`, {includes: name => name === 'xen.inc' ? include : undefined});
	if (!('bytes' in result)) {
		throw new Error(JSON.stringify(result.errors));
	}

	return result.bytes;
}

function text({console}: Domain): string {
	return String.fromCharCode(...console);
}

/** Runs one domain until it is over. */
function run(source: string): {readonly xen: Xen; readonly domain: Domain} {
	const xen = new Xen(ramBytes);
	const domain = xen.addDomain({kernel: kernel(source), isPrivileged: true});
	xen.run(5_000_000);
	return {xen, domain};
}

test('a kernel starts in ring 1 with its start info in ESI, writes to the console and shuts down', () => {
	const {domain} = run(`
start:
    mov eax, esi
    print eax, 19           ; the magic of the start info
    mov eax, cs
    and eax, 3
    add al, '0'
    mov [ring], al
    print ring, 1
    poweroff
ring db 0
`);
	expect([text(domain), domain.status]).toEqual(['xen-3.0-x86_32\0\0\0\0\x001', {shutdown: 'poweroff'}]);
});

test('a kernel that does what it did on the bare machine is stopped: CLI faults in ring 1, and nobody handles it', () => {
	expect(run('start: cli\n').domain.status).toEqual({shutdown: 'crash', detail: 'exception 13 without a handler at 0x100008'});
});

test('system calls: user code raises INT 0x80, Xen hands it to the kernel\'s handler on the kernel\'s stack, IRET goes back', () => {
	const {domain} = run(`
traps:
    db 0x80, 3
    dw KERNEL_CS
    dd system_call
    dd 0, 0
start:
    hypercall SET_TRAP_TABLE, traps
    hypercall STACK_SWITCH, KERNEL_DS, 0x9000
    ; user pages: the kernel's own table entry for the program and its stack, with the user bit
    mov eax, [0x10000 + 4*(user >> 12)]
    shl eax, 12
    or eax, 7
    hypercall UPDATE_VA_MAPPING, user, eax, 0, 0
    mov eax, [0x10000 + 4*((user >> 12) + 1)]
    shl eax, 12
    or eax, 7
    hypercall UPDATE_VA_MAPPING, user + 0x1000, eax, 0, 0
    push dword USER_DS
    push dword user + 0x2000
    push dword 0x202
    push dword USER_CS
    push dword user
    iret
system_call:
    mov edx, KERNEL_DS                  ; IRET to an outer ring empties DS and ES
    mov ds, edx
    mov es, edx
    test ecx, ecx
    jz done
    push ecx
    mov [letter], al
    print letter, 1
    pop ecx
    iret
done:
    poweroff
letter db 0
user equ 0x101000
times user - 0x100000 - ($ - $$) db 0
    mov ecx, 1
    mov al, 'a'
    int 0x80
    mov al, 'b'
    int 0x80
    xor ecx, ecx
    int 0x80
`);
	expect([text(domain), domain.status, domain.counts.bounces]).toEqual(['ab', {shutdown: 'poweroff'}, 3]);
});

/** Puts the machine address of the table entry of page EAX (a pseudo-physical page number) into EAX: the first table is page 4. */
const entryAddress = `
%macro entry_address 0
    shl eax, 2
    mov edx, [0x10000 + 4*4]
    shl edx, 12
    add eax, edx
%endmacro
`;

test('a table can be read and not written: a write faults, and the kernel asks instead', () => {
	const {domain} = run(`${entryAddress}
traps:
    db 14, 0
    dw KERNEL_CS
    dd page_fault
    dd 0, 0
start:
    hypercall SET_TRAP_TABLE, traps
    mov dword [0x4000 + 4*0x80], 0      ; unmap page 0x80 by writing the entry
refused:
    mov eax, 0x80
    entry_address
    mov [request], eax
    hypercall MMU_UPDATE, request, 1, 0, 0x7ff0
    mov eax, [0x4000 + 4*0x80]
    test eax, eax
    jnz over
    print good, 4
over:
    poweroff
page_fault:
    add esp, 4
    mov dword [esp], refused
    print bad, 6
    iret
request dd 0, 0, 0, 0
bad db "fault "
good db "gone"
`);
	expect([text(domain), domain.status, domain.counts.mmuUpdates]).toEqual(['fault gone', {shutdown: 'poweroff'}, 1]);
});

test('no entry may name a frame of somebody else, or make a table writable', () => {
	const {domain} = run(`${entryAddress}
start:
    mov eax, 0x80
    entry_address
    mov [request], eax
    mov dword [request + 8], 0x1007     ; a frame of the host that was never given to this domain: page 1 is the hypervisor's or free
    hypercall MMU_UPDATE, request, 1, done, 0x7ff0
    mov [first], eax
    mov eax, [0x10000 + 4*3]            ; its own page directory, writable
    shl eax, 12
    or eax, 3
    mov [request + 8], eax
    hypercall MMU_UPDATE, request, 1, done, 0x7ff0
    mov [second], eax
    print first, 8
    poweroff
request dd 0, 0, 0, 0
done dd 0
first dd 0
second dd 0
`);
	const results = new DataView(Uint8Array.from(domain.console).buffer);
	expect([results.getInt32(0, true), results.getInt32(4, true), domain.counts.mmuUpdates]).toEqual([-22, -22, 0]);
});

/** Unmaps sixteen pages: one call each, one call with a list, one call with sixteen calls in it. */
function unmapping(way: 'single' | 'batch' | 'multicall'): Domain {
	return run(`${entryAddress}
start:
    mov ecx, 16
fill:
    lea eax, [ecx + 0x7f]
    entry_address
    mov ebx, ecx
    dec ebx
    shl ebx, 4
    mov [requests + ebx], eax
    shl ebx, 1
    mov dword [calls + ebx], MMU_UPDATE
    mov eax, ecx
    dec eax
    shl eax, 4
    add eax, requests
    mov [calls + ebx + 8], eax
    mov dword [calls + ebx + 12], 1
    loop fill
${{
		single: `    mov ebp, 16
    mov ebx, requests
again:
    push ebx
    hypercall MMU_UPDATE, ebx, 1, 0, 0x7ff0
    pop ebx
    add ebx, 16
    dec ebp
    jnz again`,
		batch: '    hypercall MMU_UPDATE, requests, 16, 0, 0x7ff0',
		multicall: '    hypercall MULTICALL, calls, 16',
	}[way]}
    poweroff
align 16
requests times 64 dd 0
calls times 128 dd 0
`).domain;
}

test('batches: sixteen updates are sixteen traps, or one', () => {
	const [single, batch, multicall] = [unmapping('single'), unmapping('batch'), unmapping('multicall')];
	const facts = ({counts, status}: Domain): unknown => [counts.traps, counts.mmuUpdates, counts.multicallEntries, status];
	expect([facts(single), facts(batch), facts(multicall)]).toEqual([
		[17, 16, 0, {shutdown: 'poweroff'}],
		[2, 16, 0, {shutdown: 'poweroff'}],
		[2, 16, 16, {shutdown: 'poweroff'}],
	]);
	expect(single.counts.direct).toBeGreaterThan(batch.counts.direct);
});

test('the timer: a kernel blocks, and is called back when its time has come', () => {
	const {domain, xen} = run(`
start:
    hypercall SET_CALLBACKS, KERNEL_CS, event, KERNEL_CS, event
    hypercall EVENT_CHANNEL_OP, 1, bind
    ; the shared info page at 0x5000
    mov eax, [0x1000 + 36]
    or eax, 3
    hypercall UPDATE_VA_MAPPING, 0x5000, eax, 0, 0
    hypercall SET_TIMER_OP, 2000000, 0
    hypercall SCHED_OP, 1, 0
    print after, 5
    poweroff
event:
    mov byte [0x5000], 0
    mov dword [0x5004], 0
    mov dword [0x5800], 0
    print tick, 5
    mov byte [0x5001], 0
    iret
bind dd 0, 0, 0
tick db "tick "
after db "after"
`);
	expect([text(domain), domain.counts.events]).toEqual(['tick after', 1]);
	expect(xen.host.cpu.clock * 20).toBeGreaterThanOrEqual(2_000_000);
});

test('dom0 serves domU: a page is granted, an event says that it is ready, and dom0 reads what is in it', () => {
	const xen = new Xen(ramBytes);
	const dom0 = xen.addDomain({isPrivileged: true, kernel: kernel(`
start:
    hypercall SET_CALLBACKS, KERNEL_CS, event, KERNEL_CS, event
    mov eax, [0x1000 + 36]
    or eax, 3
    hypercall UPDATE_VA_MAPPING, 0x5000, eax, 0, 0
    hypercall EVENT_CHANNEL_OP, 6, unbound      ; port 1, for domain 1
wait_for_it:
    hypercall SCHED_OP, 1, 0
    cmp byte [served], 0
    je wait_for_it
    poweroff
event:
    mov byte [0x5000], 0
    mov dword [0x5004], 0
    mov dword [0x5800], 0
    hypercall GRANT_TABLE_OP, 0, map, 1
    print 0x80000, 15
    hypercall GRANT_TABLE_OP, 1, unmap, 1
    mov byte [served], 1
    mov byte [0x5001], 0
    iret
unbound dw 0x7ff0, 1
    dd 0
map dd 0x80000, 0, 6, 7                         ; read-only, reference 7
    dw 1, 0
    dd 0, 0, 0
unmap dd 0x80000, 0, 0, 0, 7, 0
served db 0
`)});
	const domU = xen.addDomain({kernel: kernel(`
start:
    hypercall GRANT_TABLE_OP, 2, setup, 1
    mov eax, [frame]
    shl eax, 12
    or eax, 3
    hypercall UPDATE_VA_MAPPING, 0x6000, eax, 0, 0
    mov eax, [0x10000 + 4*0x101]                ; the frame of the page at 0x101000
    mov [0x6000 + 8*7 + 4], eax
    mov dword [0x6000 + 8*7], 1                 ; for domain 0, to read and write
    mov esi, message
    mov edi, 0x101000
    mov ecx, 15
    rep movsb
again:
    hypercall SCHED_OP, 0, 0                    ; until domain 0 has opened its port
    hypercall EVENT_CHANNEL_OP, 0, bind
    test eax, eax
    js again
    hypercall EVENT_CHANNEL_OP, 4, bind + 8
    poweroff
setup dw 0x7ff0, 0
    dd 1, 0, frame
frame dd 0
bind dw 0, 0
    dd 1, 0
message db "hello from domU"
`)});
	xen.run(5_000_000);
	expect([text(dom0), dom0.status, text(domU), domU.status]).toEqual(['hello from domU', {shutdown: 'poweroff'}, '', {shutdown: 'poweroff'}]);
});

test('a domain that does not stop takes its turns and no more; one that is over costs nothing', () => {
	const xen = new Xen(ramBytes);
	const loop = xen.addDomain({kernel: kernel('start: jmp start\n')});
	const other = xen.addDomain({kernel: kernel(`start: mov ecx, 300000
again: loop again
print done, 4
poweroff
done db "done"
`)});
	expect(xen.run(1_000_000).why).toBe('budget');
	expect([text(other), other.status, loop.status]).toEqual(['done', {shutdown: 'poweroff'}, 'running']);
	expect(loop.counts.direct + other.counts.direct).toBe(1_000_000);
});
