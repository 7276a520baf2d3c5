import type { Sentence } from './words';

const ofInstance = ['number', 'revision'] as const;

/** What control writes into the timeline of a service, about rolling out, and about why there are so many instances. */
export const timelineSentences: readonly Sentence[] = [
  { pattern: /^(.+) deployed it with (\d+) instance\(s\)$/, key: 'message.deployed', parts: ['user', 'count'] },
  { pattern: /^(.+) wants (\d+) instance\(s\) instead of (\d+)$/, key: 'message.wants', parts: ['user', 'count', 'before'] },
  { pattern: /^(\S+) stopped it$/, key: 'message.stoppedBy', parts: ['user'] },
  { pattern: /^(\S+) started it$/, key: 'message.startedBy', parts: ['user'] },
  { pattern: /^as revision (\d+)$/, key: 'message.asRevision', parts: ['revision'] },
  { pattern: /^instances are replaced one after the other$/, key: 'message.oneByOne', parts: [] },
  { pattern: /^no node has room for a second instance: calls of (.+) fail from the end of the old one until the new one is ready$/, key: 'message.rolloutOutage', parts: ['name'] },
  { pattern: /^instance (\d+) is started \(revision (\d+)\)$/, key: 'message.isStarted', parts: ofInstance },
  { pattern: /^instance (\d+) is started \(revision (\d+), try (\d+)\)$/, key: 'message.isStartedAgain', parts: [...ofInstance, 'attempt'] },
  { pattern: /^instance (\d+) is ready \(revision (\d+)\)$/, key: 'message.isReady', parts: ofInstance },
  { pattern: /^instance (\d+) \(revision (\d+)\) is stopped$/, key: 'message.isStopped', parts: ofInstance },
  { pattern: /^instance (\d+) \(revision (\d+)\) gets calls again$/, key: 'message.isBack', parts: ofInstance },
  { pattern: /^instance (\d+) \(revision (\d+)\) gets no new calls and finishes what it is answering$/, key: 'message.isRetired', parts: ofInstance },
  { pattern: /^no other one is ready, calls fail until then$/, key: 'message.noOther', parts: [] },
  { pattern: /^revision (\d+) does not start \((.*)\): the one before goes on$/, key: 'message.revisionDead', parts: ['revision', 'cause'] },
  { pattern: /^change or revert it$/, key: 'message.revertIt', parts: [] },
  { pattern: /^revision (\d+) is rolled out, (\d+) instance\(s\) still run an older one$/, key: 'message.rollingOut', parts: ['revision', 'count'] },
  { pattern: /^no node has room beside them, so an old one goes first$/, key: 'message.noRoomBeside', parts: [] },
  { pattern: /^the engine ended with exit code (\d+)(?:, signal \d+)?: (.*)$/s, key: 'message.engineEnded', parts: ['code', 'words'] },
  { pattern: /^the engine ended with exit code (\d+)(?:, signal \d+)? and wrote nothing$/, key: 'message.engineSilent', parts: ['code'] },
  { pattern: /^the GPU memory was not enough: (.*)$/s, key: 'message.gpuMemory', parts: ['words'] },
  { pattern: /^the engine's port was taken: (.*)$/s, key: 'message.portTaken', parts: ['words'] },
  { pattern: /^a window wants none now$/, key: 'message.windowNone', parts: [] },
  { pattern: /^a window wants (\d+) now$/, key: 'message.windowWants', parts: ['count'] },
  { pattern: /^at least (\d+)$/, key: 'message.atLeast', parts: ['count'] },
  { pattern: /^no gateway tells what it is busy with$/, key: 'message.noGateway', parts: [] },
  { pattern: /^(\d+) call\(s\) in flight, (\S+) for each instance$/, key: 'message.load', parts: ['calls', 'target'] },
  { pattern: /^calls wait for too long$/, key: 'message.waitsLong', parts: [] },
  { pattern: /^fewer after (\d+) quiet minutes$/, key: 'message.fewerAfter', parts: ['minutes'] },
];
