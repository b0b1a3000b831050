// The form that an application opens. What was typed stays until the server has taken it.

import { act } from '../core/server.js';
import { element, uniqueId } from '../core/element.js';
import { icon } from '../core/icons.js';
import { renderMarkdown } from '../markdown/render.js';
import { modalField } from './fields.js';

const ROW = 1;
const TEXT = 10;
const LABEL = 18;

/**
 * Opens a form. @param {{token: string, modal: object}} reply
 * @param {{directory: object, state: object, onReply: (reply: object) => void}} parts
 */
export function openModal({ token, modal }, parts) {
  const titleId = uniqueId('modal-title');
  const before = document.activeElement;
  const fields = [];
  const contents = modal.components.map((component, at) => draw(component, at, fields, parts));
  const problem = element('p', { class: 'modal-problem', role: 'alert' });
  const submit = element(
    'button',
    { type: 'submit', class: 'component-button primary', dataset: { testid: 'modal-submit' } },
    'Submit',
  );
  const cancel = element(
    'button',
    { type: 'button', class: 'component-button secondary', click: () => dialog.close() },
    'Cancel',
  );
  const close = element(
    'button',
    { type: 'button', class: 'quiet icon-only', 'aria-label': 'Close the form', click: () => dialog.close() },
    icon('close'),
  );
  const warning = element(
    'p',
    { class: 'modal-warning' },
    `This form goes to ${parts.directory.botName()}. Don’t share passwords.`,
  );
  const form = element(
    'form',
    {
      novalidate: true,
      autocomplete: 'off',
      submit: (event) => {
        event.preventDefault();
        send();
      },
    },
    element('div', { class: 'dialog-head' }, element('h2', { id: titleId }, modal.title), close),
    element('div', { class: 'dialog-body' }, warning, contents, problem),
    element('div', { class: 'dialog-foot' }, cancel, submit),
  );
  const dialog = element(
    'dialog',
    {
      class: 'dialog',
      'aria-labelledby': titleId,
      dataset: { testid: 'modal' },
      close: () => {
        dialog.remove();
        // Chromium gives the focus back while the page is still inert: the field then has it, yet takes
        // no text until it gets it anew.
        document.activeElement?.blur();
        if (before?.isConnected) before.focus();
        else parts.refocus();
      },
    },
    form,
  );

  async function send() {
    problem.textContent = '';
    const checked = await Promise.all(fields.map(async (field) => [field, await field.read()]));
    const wrong = checked.find(([, result]) => result.problem);
    if (wrong) return wrong[0].focus();
    const values = Object.fromEntries(checked.map(([field, { value }]) => [field.customId, value]));
    return deliver(values);
  }

  async function deliver(values) {
    if (submit.getAttribute('aria-disabled') === 'true') return;
    setBusy(true);
    try {
      const reply = await act({ do: 'submit', token, fields: values });
      if (reply.reply === 'failed') problem.textContent = reply.reason;
      else finish(reply);
    } catch (refused) {
      problem.textContent = refused.message;
    }
    setBusy(false);
  }

  function finish(reply) {
    dialog.close();
    parts.onReply(reply);
  }

  // Not `disabled`: that would throw the focus out of the dialog.
  function setBusy(busy) {
    submit.setAttribute('aria-disabled', String(busy));
    submit.textContent = busy ? 'Sending…' : 'Submit';
  }

  document.body.append(dialog);
  dialog.showModal();
  fields[0]?.focus();
}

function draw(component, at, fields, parts) {
  if (component.type === TEXT)
    return renderMarkdown(component.content, {
      directory: parts.directory,
      revealed: parts.state.revealed,
      key: `modal.${at}`,
    });
  // The older way: a text input in a row, with its label in itself.
  const inputs =
    component.type === ROW
      ? component.components.map((input) => ({ input, label: input.label, description: null }))
      : [{ input: component.component, label: component.label, description: component.description }];
  if (component.type !== ROW && component.type !== LABEL)
    return element(
      'p',
      { class: 'unknown-part' },
      `A part of type ${component.type}, which this page can’t show.`,
    );
  return inputs.map(({ input, label, description }) => {
    const field = modalField(input, { label, description, directory: parts.directory });
    fields.push(field);
    return field.node;
  });
}
