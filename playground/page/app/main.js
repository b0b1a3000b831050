// Puts the page together.

import { Announcer } from './chat/announce.js';
import { showChannels } from './chat/channels.js';
import { listenToGestures } from './chat/gestures.js';
import { Log } from './chat/log.js';
import { showTyping } from './chat/typing.js';
import { Unread } from './chat/unread.js';
import { Uses } from './chat/uses.js';
import { Composer } from './composer/composer.js';
import { personalitiesSeen } from './composer/mentions.js';
import { Directory } from './core/directory.js';
import { followAddress } from './core/places.js';
import { State } from './core/state.js';
import { keepInStep, onReturn } from './core/stream.js';
import { keepMomentsFresh } from './markdown/clock.js';
import { MessageMenus } from './menus/message_menus.js';
import { openModal } from './modal/modal.js';
import { Curtain } from './panels/curtain.js';
import { Faults } from './panels/faults.js';
import { setUpSide } from './panels/side.js';
import { Watch } from './panels/watch.js';
import { showBanner } from './top/banner.js';
import { setUpDrawer } from './top/drawer.js';
import { setCount, showHeader, toggleButton } from './top/header.js';
import { showPersonSwitcher } from './top/people.js';
import { applyTheme, themeButton } from './top/theme.js';
import { Welcome } from './welcome.js';

const at = (id) => document.getElementById(id);

applyTheme();

const state = new State();
const directory = new Directory(state);
const unread = new Unread(state);
const announcer = new Announcer(at('announcer'), state);

const startHere = toggleButton({
  label: 'Start here',
  iconName: 'compass',
  testid: 'welcome-toggle',
  controls: 'welcome',
});
const curtainToggle = toggleButton({
  label: 'Behind the curtain',
  iconName: 'curtain',
  testid: 'curtain-toggle',
  controls: 'curtain-panel',
});
const faultsToggle = toggleButton({
  label: 'Faults',
  iconName: 'bolt',
  testid: 'faults-toggle',
  controls: 'faults-panel',
});
at('tools').append(startHere, curtainToggle, faultsToggle, themeButton());

const welcome = new Welcome(at('welcome'), startHere, {
  directory,
  state,
  composer: at('composer-frame'),
  onCommand: (command) => composer.startCommand(command),
});
const faults = new Faults((count) => setCount(faultsToggle, count, 'switched on'));
const curtain = new Curtain();
const watch = new Watch((answer, askedAt) => {
  curtain.show(answer.curtain);
  faults.show(answer.faults, askedAt);
});
at('side').append(faults.panel, curtain.panel);
setUpSide(
  at('side'),
  {
    faults: {
      panel: faults.panel,
      button: faultsToggle,
      onShown: (shown) => watch.setShown('faults', shown),
    },
    curtain: {
      panel: curtain.panel,
      button: curtainToggle,
      onShown: (shown) => watch.setShown('curtain', shown),
    },
  },
  [at('top'), at('chat')],
);
setUpDrawer({
  sidebar: at('sidebar'),
  scrim: at('scrim'),
  openButton: at('drawer-open'),
  closeButton: at('drawer-close'),
  behind: [at('top'), at('chat')],
});

const uses = new Uses({
  state,
  announcer,
  openModal: (reply) =>
    openModal(reply, {
      state,
      directory,
      onReply: (next) => uses.follow(next),
      refocus: () => composer.focus(),
    }),
});
const log = new Log({ list: at('log'), toNewest: at('to-newest'), state, directory, unread });
const composer = new Composer({
  frame: at('composer-frame'),
  state,
  directory,
  uses,
  announcer,
  personalities: () => personalitiesSeen(state, [welcome.facts?.personality].filter(Boolean)),
  onSent: () => log.toEnd(),
});
const menus = new MessageMenus({
  state,
  directory,
  uses,
  composer,
  announcer,
  notice: (text) => composer.notice(text),
});
listenToGestures(at('log'), { state, log, uses, composer, menus, announcer });

showChannels(at('channels'), { state, directory, unread });
showPersonSwitcher(at('me'), { state, directory });
showHeader({ place: at('place'), botState: at('bot-state') }, { state, directory, unread });
showTyping(at('typing'), state);
showBanner(at('banner'), state);
keepMomentsFresh(at('log'), () => log.redrawAll());
document.querySelector('[data-skip]').addEventListener('click', (event) => {
  event.preventDefault();
  composer.focus();
});

followAddress(state, directory, (channel) =>
  composer.notice(`What was open here is gone. This is ${directory.channelLabel(channel)}.`),
);
onReturn(state, load);
keepInStep(state);
load();

/** What the stream doesn't tell. */
function load() {
  welcome.load();
  faults.load();
}
