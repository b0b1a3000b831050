// Keeps the state in step with the server. After every new connection the server tells everything
// anew, so what was known before is forgotten then, and not sooner: an empty page would only flicker.

import { listen } from './server.js';

/** By then a server that has any messages for this person has sent them. */
const NOTHING_TO_TELL_MS = 1500;

export function keepInStep(state) {
  let anew = false;
  let timer = null;

  function takeMessages(messages) {
    clearTimeout(timer);
    state.takeMessages(messages, { anew });
    anew = false;
  }

  listen(
    '/api/stream',
    {
      world: (world) => state.setWorld(world),
      messages: takeMessages,
      typing: (typing) => state.takeTyping(typing),
    },
    {
      onOpen() {
        anew = true;
        clearTimeout(timer);
        timer = setTimeout(() => takeMessages([]), NOTHING_TO_TELL_MS);
        setConnection(state, 'open');
      },
      onLost: (refused) => setConnection(state, refused ? 'refused' : 'lost'),
    },
  );
}

function setConnection(state, connection) {
  if (state.connection === connection) return;
  state.connection = connection;
  state.changed('connection');
}
