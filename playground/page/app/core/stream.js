// Keeps the state in step with the server. After every new connection the server tells everything
// anew, so what was known before is forgotten then, and not sooner: an empty page would only flicker.

import { listen } from './server.js';
import { onWake } from './wake.js';

/** Messages follow the world at once; by then a server that has any for this person has sent them. */
const NOTHING_TO_TELL_MS = 1500;

export function keepInStep(state) {
  let anew = false;
  let timer = null;

  function takeWorld(world) {
    state.setWorld(world);
    if (!anew) return;
    clearTimeout(timer);
    timer = setTimeout(() => takeMessages([]), NOTHING_TO_TELL_MS);
  }

  function takeMessages(messages) {
    clearTimeout(timer);
    state.takeMessages(messages, { anew });
    anew = false;
  }

  const connect = () =>
    listen(
      '/api/stream',
      { world: takeWorld, messages: takeMessages, typing: (typing) => state.takeTyping(typing) },
      {
        onOpen() {
          anew = true;
          clearTimeout(timer);
          setConnection(state, 'open');
        },
        onLost(refused) {
          clearTimeout(timer);
          setConnection(state, refused ? 'refused' : 'lost');
        },
      },
    );

  let close = connect();
  onWake(() => {
    close();
    setConnection(state, 'lost');
    close = connect();
  });
}

/** Calls `handle` whenever the connection is there again: the program may be another one. */
export function onReturn(state, handle) {
  let wasOpen = false;
  state.on('connection', () => {
    if (state.connection !== 'open') return;
    if (wasOpen) handle();
    wasOpen = true;
  });
}

function setConnection(state, connection) {
  if (state.connection === connection) return;
  state.connection = connection;
  state.changed('connection');
}
