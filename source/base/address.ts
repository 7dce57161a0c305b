// Four kinds of addresses that are all just numbers and must not be mixed: what a program of a guest says (Gva), what the guest's
// kernel takes for memory (Gpa), and the same two of the host beneath it (Hva, Hpa). On a machine without a hypervisor the guest is
// the host. An address is an unsigned 32-bit number; inside the CPU's inner loop they are signed 32-bit integers, because those are
// what JavaScript engines keep in machine registers.

declare const space: unique symbol;

/** Guest virtual: after segmentation, before the guest's page tables (Intel calls it linear). */
export type Gva = number & {readonly [space]: 'guest-virtual'};
/** Guest physical: after the guest's page tables, before those of the hypervisor. */
export type Gpa = number & {readonly [space]: 'guest-physical'};
/** Host virtual: an address in the hypervisor's own program. */
export type Hva = number & {readonly [space]: 'host-virtual'};
/** Host physical: what goes to the memory chips. */
export type Hpa = number & {readonly [space]: 'host-physical'};

export const toGva = (address: number): Gva => address as Gva;
export const toGpa = (address: number): Gpa => address as Gpa;
export const toHva = (address: number): Hva => address as Hva;
export const toHpa = (address: number): Hpa => address as Hpa;
