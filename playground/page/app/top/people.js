// Who sits here, and being somebody else: in this window, in a second one, or as somebody new.

import { avatar } from '../chat/avatar.js';
import { element, uniqueId } from '../core/element.js';
import { icon } from '../core/icons.js';
import { morphChildren } from '../core/morph.js';
import { act } from '../core/server.js';
import { pageOf, viewerName } from '../core/who.js';
import { openMenu } from '../menus/menu.js';

const NAME = /^[a-z0-9_.]{2,32}$/;

export function showPersonSwitcher(place, { state, directory }) {
  const button = element('button', {
    type: 'button',
    class: 'person-switcher',
    'aria-haspopup': 'menu',
    'aria-expanded': 'false',
    dataset: { testid: 'person-switcher' },
    click: () => openPeople(button, state, directory),
  });
  place.append(button);
  state.on('world', () => draw(button, state, directory));
}

function draw(button, { world: { viewer } }, directory) {
  const role = directory.rolesOf(viewer.id).join(', ') || 'member';
  morphChildren(button, [
    avatar({ name: viewer.display_name }, 'medium'),
    element(
      'span',
      { class: 'me-text' },
      element('span', { class: 'visually-hidden' }, 'You are '),
      element('span', { class: 'me-name' }, viewer.display_name),
      element('span', { class: 'me-role' }, ` ${role}`),
    ),
    element('span', { class: 'me-switch' }, 'Switch'),
    icon('people'),
  ]);
}

function openPeople(button, { world }, directory) {
  const people = directory.people();
  const role = ({ id }) => directory.rolesOf(id).join(', ') || undefined;
  const others = people.filter(({ id }) => id !== world.viewer.id);
  openMenu(
    [
      { heading: 'In this window, be' },
      ...people.map((person) => ({
        label: person.display_name,
        detail: role(person),
        checked: person.id === world.viewer.id,
        face: avatar({ name: person.display_name }, 'small'),
        dataset: { testid: 'person', person: person.name },
        choose: () => become(person.name),
      })),
      { heading: 'In a second window, be' },
      ...others.map((person) => ({
        label: person.display_name,
        icon: 'window',
        face: avatar({ name: person.display_name }, 'small'),
        hint: 'in a second window',
        dataset: { testid: 'person-window', person: person.name },
        choose: () => window.open(pageOf(person.name), '_blank', 'noopener'),
      })),
      { separator: true },
      { label: 'Somebody new…', icon: 'plus', dataset: { testid: 'person-new' }, choose: () => askForName() },
    ],
    { label: 'Who you are', anchor: button, testid: 'people-menu' },
  );
}

function become(name) {
  if (name !== viewerName) location.assign(pageOf(name));
}

function askForName() {
  const id = uniqueId('name');
  const problem = element('p', { class: 'field-problem', id: `${id}-problem`, role: 'alert' });
  const input = element('input', {
    id,
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    autocapitalize: 'off',
    maxlength: 32,
    'aria-describedby': `${id}-about ${id}-problem`,
    dataset: { testid: 'new-person-name' },
  });
  const dialog = element(
    'dialog',
    { class: 'dialog small', 'aria-labelledby': `${id}-title`, close: () => dialog.remove() },
    element(
      'form',
      {
        novalidate: true,
        submit: (event) => {
          event.preventDefault();
          join();
        },
      },
      element('div', { class: 'dialog-head' }, element('h2', { id: `${id}-title` }, 'Somebody new')),
      element(
        'div',
        { class: 'dialog-body' },
        element(
          'div',
          { class: 'field' },
          element('label', { for: id }, 'Name'),
          element(
            'p',
            { class: 'field-about', id: `${id}-about` },
            'Small letters, digits, _ and . — two to 32 of them.',
          ),
          input,
          problem,
        ),
      ),
      element(
        'div',
        { class: 'dialog-foot' },
        element(
          'button',
          { type: 'button', class: 'component-button secondary', click: () => dialog.close() },
          'Cancel',
        ),
        element('button', { type: 'submit', class: 'component-button primary' }, 'Join'),
      ),
    ),
  );

  async function join() {
    const name = input.value.trim().toLowerCase();
    if (!NAME.test(name)) {
      problem.textContent = 'That isn’t a name that Discord would take.';
      input.focus();
      return;
    }
    try {
      await act({ do: 'join', name });
      location.assign(pageOf(name));
    } catch (refused) {
      problem.textContent = refused.message;
    }
  }

  document.body.append(dialog);
  dialog.showModal();
}
