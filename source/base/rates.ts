// The one table of rate constants. Durations that a learner sees are work (bytes, instructions, pages) divided by a rate from
// here; every row has a source or says that it is a choice.

export const rates = {
	/** One step of a program (about one system call or one shell command). Choice: 2 us, between a bare system call (0.2 us) and a fork (100 us). */
	stepNs: 2000,
	/** Making a process. Source: lmbench fork+exec on current servers, 300 to 600 us. */
	forkNs: 400_000,
	/** Sequential reads of a SATA SSD. Source: vendors' data sheets, 500 to 560 MB/s. */
	diskBytesPerSecond: 520_000_000,
	/** Download from a registry. Choice: a 100 Mbit/s line. */
	networkBytesPerSecond: 12_500_000,
	/** Round trip to a public registry. Choice. */
	registryRoundTripNs: 40_000_000,
	/** gunzip and untar on one core. Source: gzip -d, 200 to 400 MB/s of output. */
	unpackBytesPerSecond: 300_000_000,
	/** SHA-256 without special instructions on one core. Source: openssl speed sha256, 400 to 500 MB/s. */
	sha256BytesPerSecond: 450_000_000,
	/** Round trip over a virtual Ethernet pair in one host. Source: ping between containers, 0.05 to 0.1 ms. */
	vethRoundTripNs: 70_000,
	/** Speed of a thread whose sibling is busy, in millionths. Source: Marr et al., Hyper-Threading Technology, Intel Technology Journal 6(1), 2002: up to 30 % more for both together, so 1.3 / 2. */
	smtThreadPpm: 650_000,
	/** Memory that a small Linux guest has touched when it is idle. Choice, near Debian's 150 to 200 MiB. */
	guestResidentBytes: 192 * 2 ** 20,
	/** From the power button to the end of QEMU, for a small Linux guest. Choice. */
	guestShutdownNs: 1_500_000_000,
	/** An instruction of a 32-bit guest, on the clock of the guest's own timer (model/machine/devices/pit.ts): 50 million a second. Choice. */
	guestInstructionNs: 20,
} as const;
