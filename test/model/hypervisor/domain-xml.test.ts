// Descriptions of domains: what is read from them, and what libvirt says about mistakes.

import {expect, test} from 'vitest';
import {formatCpuList, parseCpuList} from '../../../source/model/hypervisor/cpu-list.js';
import {parseDomain, writeDomain} from '../../../source/model/hypervisor/domain-xml.js';
import {isRefusal, type DomainConfig} from '../../../source/model/hypervisor/domain-schema.js';
import {parseKib} from '../../../source/model/hypervisor/memory-size.js';

const uuid = '11111111-2222-4333-8444-555555555555';
const parse = (text: string) => parseDomain(text, () => uuid);
const refusal = (text: string) => {
	const result = parse(text);
	return isRefusal(result) ? result.refused : result;
};

const web = `<domain type='kvm'>
  <name>web</name>
  <memory unit='MiB'>512</memory>
  <vcpu current='1'>2</vcpu>
  <cputune><shares>200</shares><vcpupin vcpu='0' cpuset='0-3,^2'/></cputune>
  <os><type arch='x86_64'>hvm</type></os>
  <devices><disk type='file' device='disk'><source file='/images/web &amp; more.qcow2'/><target dev='vda'/></disk></devices>
</domain>`;

test('a description is read, and written as libvirt formats it', () => {
	const config = parse(web) as DomainConfig;
	expect(config).toMatchObject({name: 'web', uuid, memoryKib: 524_288, maxMemoryKib: 524_288, vcpus: 1, maxVcpus: 2, pins: {0: [0, 1, 3]}, tune: {shares: 200, periodUs: 100_000, quotaUs: -1}});
	expect(writeDomain(config)).toBe(`<domain type='kvm'>
  <name>web</name>
  <uuid>${uuid}</uuid>
  <memory unit='KiB'>524288</memory>
  <currentMemory unit='KiB'>524288</currentMemory>
  <vcpu placement='static' current='1'>2</vcpu>
  <cputune>
    <shares>200</shares>
    <vcpupin vcpu='0' cpuset='0-1,3'/>
  </cputune>
  <os>
    <type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>
    <boot dev='hd'/>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/images/web &amp; more.qcow2'/>
      <target dev='vda'/>
    </disk>
  </devices>
</domain>
`);
	expect(parse(writeDomain(config))).toEqual(config);
});

test.each([
	['', '(domain_definition):1: Document is empty\n(null)\n^'],
	['<domain type="kvm">\n  <name>web</nme>\n</domain>', '(domain_definition):2: Opening and ending tag mismatch: name line 2 and nme\n  <name>web</nme>\n-----------------^'],
	['<network/>', 'XML error: unexpected root element <network>, expecting <domain>'],
	['<domain/>', 'XML error: missing domain type attribute'],
	['<domain type="vm"/>', 'XML error: Invalid value for attribute \'type\' in element \'domain\': \'vm\'.'],
	['<domain type="kvm"/>', 'missing name information'],
	['<domain type="kvm"><name>a/b</name></domain>', 'XML error: name a/b cannot contain \'/\''],
	['<domain type="kvm"><name>a</name></domain>', 'XML error: Memory size must be specified via <memory> or in the <numa> configuration'],
	['<domain type="kvm"><name>a</name><memory>x</memory></domain>', 'XML error: could not parse element memory'],
	['<domain type="kvm"><name>a</name><memory>1024</memory><vcpu>two</vcpu></domain>', 'XML error: maximum vcpus count must be an integer'],
	['<domain type="kvm"><name>a</name><memory>1024</memory></domain>', 'XML error: an os <type> must be specified'],
])('%j is refused', (text, message) => {
	expect(refusal(text)).toBe(message);
});

test('nesting without end is refused, not followed', () => {
	expect(refusal('<a>'.repeat(300) + '</a>'.repeat(300))).toBe('(domain_definition):1: Excessive depth in document: 256 use XML_PARSE_HUGE option');
	expect(refusal('<a>'.repeat(200_000))).toContain('(domain_definition):1: ');
});

test('processor lists', () => {
	expect(parseCpuList('0-7,^3')).toEqual([0, 1, 2, 4, 5, 6, 7]);
	expect(formatCpuList([0, 1, 2, 4, 5, 6, 7])).toBe('0-2,4-7');
	expect([parseCpuList('a'), parseCpuList('3-1'), parseCpuList(''), parseCpuList('9999')]).toEqual([undefined, undefined, undefined, undefined]);
});

test('sizes', () => {
	expect([parseKib('1', 'GiB'), parseKib('1', 'GB'), parseKib('1', 'b'), parseKib('4', 'G'), parseKib('1', 'pounds'), parseKib('-1', 'KiB')]).toEqual([1_048_576, 976_563, 1, 4_194_304, undefined, undefined]);
});
