// Follows a session's stream with a library that nobody here wrote, as its users would, over any
// number of cuts. Usage: node follow.mjs LIBRARY PACKAGES URL [GENERATED]
// Prints each event as one line of JSON: [id, name, data]; a clean end of the stream as ["end"].
import {createRequire} from 'node:module';
import {setTimeout as delay} from 'node:timers/promises';

const [library, packages, url, generated] = process.argv.slice(2);
const load = createRequire(`${packages}/package.json`);
const again_ms = 200;

const tell = (id, name, data) => console.log(JSON.stringify([id, name, data]));
const tellEnd = () => console.log('["end"]');

// What an EventSource does not listen to by name it never hears of.
const names = [
  'background_task', 'compaction', 'delta', 'done', 'error', 'question_answered',
  'reasoning_delta', 'reasoning_done', 'reset', 'retry', 'session_deleted', 'session_updated',
  'subagent_end', 'subagent_start', 'title_updated', 'tool_end', 'tool_input_delta',
  'tool_output', 'tool_start', 'turn_start', 'usage', 'user_question',
];

// It reconnects by itself, but gives up for good when an answer is no stream.
function followWith(EventSource) {
  let last = 0;
  const open = () => {
    const source = new EventSource(`${url}?after=${last}`);
    for (const name of names)
      source.addEventListener(name, event => {
        if (event.data === undefined) { // Its own "error", about the connection.
          if (source.readyState === 2)
            setTimeout(open, again_ms);
          return;
        }
        last = event.lastEventId;
        tell(last, name, event.data);
      });
  };
  open();
}

async function followWithFetchEventSource() {
  // It is made for browsers.
  globalThis.window = globalThis;
  globalThis.document = {hidden: false, addEventListener() {}, removeEventListener() {}};
  const {fetchEventSource} = load('@microsoft/fetch-event-source');
  await fetchEventSource(`${url}?after=0`, {
    openWhenHidden: true,
    async onopen(reply) {
      if (!reply.ok)
        throw new Error(`status ${reply.status}`);
    },
    onmessage(event) {
      if (event.event)
        tell(event.id, event.event, event.data);
    },
    onerror: () => again_ms,
  });
  tellEnd();
}

// A parser of one's own, as most have written one.
function readBlock(block) {
  const fields = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0)
      fields[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '');
  }
  return fields;
}

async function followWithUndici() {
  const {request} = load('undici');
  for (let last = '0';;) {
    try {
      const reply = await request(url, {
        headers: {accept: 'text/event-stream', 'last-event-id': last},
        bodyTimeout: 0,
      });
      if (reply.statusCode !== 200) {
        await reply.body.dump();
        throw new Error(`status ${reply.statusCode}`);
      }
      reply.body.setEncoding('utf8');
      let rest = '';
      for await (const piece of reply.body) {
        const blocks = (rest + piece).split('\n\n');
        rest = blocks.pop();
        for (const {id, event, data} of blocks.map(readBlock)) {
          last = id ?? last;
          if (event)
            tell(id, event, data);
        }
      }
      return tellEnd();
    } catch {
      await delay(again_ms);
    }
  }
}

async function followWithGenerated() {
  const [, base, id] = url.match(/^(.*)\/sessions\/([^/]+)\/stream$/);
  const own = createRequire(`${generated}/package.json`);
  own('./client.gen.js').client.setConfig({baseUrl: base});
  const {stream} = await own('./sdk.gen.js').followSession({
    path: {id},
    query: {after: 0},
    sseDefaultRetryDelay: again_ms,
    sseMaxRetryDelay: 2 * again_ms,
    onSseEvent(event) {
      if (event.event)
        tell(event.id, event.event, JSON.stringify(event.data));
    },
  });
  for await (const _ of stream); // The callback has seen it.
  tellEnd();
}

const ways = {
  'eventsource 2': () => followWith(load('eventsource2')),
  'eventsource 3': () => followWith(load('eventsource3').EventSource),
  'fetch-event-source': followWithFetchEventSource,
  undici: followWithUndici,
  'hey-api': followWithGenerated,
};
await ways[library]();
