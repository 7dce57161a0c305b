// How much one action may do. Counted, never timed, so that every limit trips at the same place everywhere.

import {millisecondNs, secondNs} from '../base/clock.js';

/** Steps of all programs together, some seconds of real time. */
export const maxSteps = 1_000_000;
/**
 * Steps, for each second of virtual time asked for, of an action that may leave its command running: a step takes 5 to 10 us of
 * real time, and the screen must not stand still for more than a tenth of a second. Who wants the rest lets time advance again.
 */
export const maxStepsPerSecond = 10_000;
/** Virtual time that a key, or a line that is typed ahead, gives to what runs. */
export const keyNs = secondNs;
/** Bytes that programs may write to the learner's screen in one action. */
export const maxOutputBytes = 10 * 2 ** 20;
/** Virtual time that a command may take while nobody interrupts it. */
export const maxActionNs = 3600 * secondNs;
/** Characters of one typed line. A transcript takes no longer ones: what can be typed can be read again. */
export const maxLineBytes = 64 * 1024;
/** Entries of one session. */
export const maxActions = 100_000;
/** Entries of which a session keeps the world, the trace and the replies; those of older ones are made again if somebody goes back to them. */
export const maxKeptWorlds = 1000;
/** Rounds that background tasks get after the shell has come back to its prompt. */
export const graceRounds = 50;
/** A program that reads from the terminal may have work under way that ends within this time. */
export const graceNs = secondNs;
/** Virtual time that a deed of a client outside gives to what it set going; the rest takes place as time advances. */
export const clientNs = 100 * millisecondNs;
/** Connections of clients outside at one time. */
export const maxClients = 64;
/** Bytes that a client sends in one action. */
export const maxSendBytes = 64 * 1024;
/** Bytes of one client that may wait for the engine: whoever serves it should stop reading long before. */
export const maxUnsentBytes = 2 ** 20;
/** Bytes that clients send in one session: they are kept in its history. */
export const maxClientBytes = 512 * 2 ** 20;
/** Bytes that clients get in one action; what is left waits in the world. */
export const maxReplyBytes = 4 * 2 ** 20;
