// Everything simulated, as one schema: the tables of all subsystems, and the events that they report.

import type {Transaction} from '../../base/transaction.js';
import type {ContainerEvent, ContainerSchema} from '../container/container-schema.js';
import type {HostSchema} from '../host/schema.js';
import type {DomainEvent, HypervisorSchema} from '../hypervisor/domain-schema.js';
import type {KernelEvent, KernelSchema} from '../kernel/schema.js';
import type {ClientEvent, ClientSchema} from './client.js';

export type WorldSchema = KernelSchema & ContainerSchema & HypervisorSchema & HostSchema & ClientSchema;

export type WorldEvent = KernelEvent | ContainerEvent | DomainEvent | ClientEvent;

export type WorldTransaction = Transaction<WorldSchema, WorldEvent>;
