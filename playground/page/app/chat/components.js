// Components of a message: buttons and menus, and the newer kinds that lay a message out.

import { element, hiddenText } from '../core/element.js';
import { icon } from '../core/icons.js';
import { renderMarkdown } from '../markdown/render.js';
import { addressOf, fileCard, hiddenUntilAsked } from './attachments.js';
import { hex, picture } from './embeds.js';
import { SELECTS, select } from './selects.js';

const STYLES = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger', 5: 'link' };

/** Draws a list of components, however deep. */
export function components(given, context, path = 'c') {
  if (!given?.length) return null;
  const drawn = given.map((component, at) => draw(component, context, `${path}${component.id ?? at}`));
  return element('div', { class: 'components', dataset: { key: path } }, drawn);
}

function draw(component, context, path) {
  const inside = { ...context, key: `${context.key}.${path}` };
  switch (component.type) {
    case 1:
      return row(component, context);
    case 2:
      return button(component, context);
    case 9:
      return section(component, context, path);
    case 10:
      return renderMarkdown(component.content, inside);
    case 11:
      return hiddenUntilAsked(
        inside.key,
        component.spoiler,
        context,
        element('div', { class: 'embed-thumbnail' }, picture(media(component), 'Thumbnail', context)),
      );
    case 12:
      return gallery(component, inside);
    case 13:
      return file(component, inside);
    case 14:
      return separator(component);
    case 17:
      return container(component, context, path);
    default:
      return SELECTS.has(component.type)
        ? use(select(component, context), component, context)
        : unknown(component);
  }
}

function row(component, context) {
  const drawn = component.components.map((child, at) => draw(child, context, `r${at}`));
  return element('div', { class: 'component-row' }, drawn);
}

function button(component, context) {
  const { style, label, emoji, custom_id: customId } = component;
  const face = [
    emoji ? element('span', { class: 'button-emoji' }, emoji.id ? `:${emoji.name}:` : emoji.name) : null,
    label,
  ];
  const classes = `component-button ${STYLES[style] ?? 'secondary'}`;
  if (style === 5) {
    if (component.disabled || !/^https?:\/\//.test(component.url ?? ''))
      return element(
        'span',
        { class: `${classes} off`, 'aria-disabled': 'true', role: 'link' },
        face,
        icon('outside'),
      );
    return element(
      'a',
      { class: classes, href: component.url, target: '_blank', rel: 'noopener noreferrer' },
      face,
      icon('outside'),
      hiddenText(' (opens in a new tab)'),
    );
  }
  const pending = context.state.uses.get(`${context.message.id} ${customId}`) === 'pending';
  const drawn = element(
    'button',
    {
      type: 'button',
      class: classes,
      disabled: component.disabled,
      'aria-disabled': pending ? 'true' : null,
      'aria-busy': pending ? 'true' : null,
      dataset: { action: 'click', customId, key: `use-${customId}` },
    },
    face,
    pending ? hiddenText(' (working…)') : null,
  );
  return use(drawn, component, context);
}

/** Adds what went wrong when somebody used it. Only this window knows. */
function use(drawn, { custom_id: customId }, { message, state }) {
  const said = state.uses.get(`${message.id} ${customId}`);
  const failed = said && said !== 'pending';
  const note = failed
    ? element(
        'span',
        { class: 'use-failed', role: 'alert' },
        said,
        ' ',
        element('span', { class: 'use-private' }, 'Only you can see this.'),
      )
    : null;
  return element('span', { class: 'component-use', dataset: { key: `used-${customId}` } }, drawn, note);
}

function section(component, context, path) {
  const texts = component.components.map((child, at) => draw(child, context, `${path}s${at}`));
  return element(
    'div',
    { class: 'layout-section' },
    element('div', { class: 'layout-texts' }, texts),
    draw(component.accessory, context, `${path}a`),
  );
}

function gallery({ items }, context) {
  return element(
    'div',
    { class: `gallery of-${Math.min(items.length, 4)}` },
    items.map((item, at) =>
      hiddenUntilAsked(
        `${context.key}.${at}`,
        item.spoiler,
        context,
        picture(media(item), 'Picture', context),
      ),
    ),
  );
}

function file(component, context) {
  const { message } = context;
  const url = addressOf(component.file?.url, message);
  const known = message.attachments.find((attachment) => attachment.url === url);
  const card = fileCard({
    filename: component.name ?? known?.filename ?? 'file',
    size: component.size ?? known?.size,
    url,
  });
  return hiddenUntilAsked(context.key, component.spoiler, context, card);
}

function separator({ divider = true, spacing = 1 }) {
  const classes = `layout-separator${spacing === 2 ? ' wide' : ''}`;
  return divider ? element('hr', { class: classes }) : element('div', { class: classes });
}

function container(component, context, path) {
  const card = element(
    'div',
    { class: 'layout-container' },
    components(component.components, context, `${path}k`),
  );
  if (Number.isInteger(component.accent_color))
    card.style.setProperty('--embed-colour', hex(component.accent_color));
  return hiddenUntilAsked(`${context.key}.${path}`, component.spoiler, context, card);
}

function media({ media: given, description }) {
  return { ...given, description };
}

function unknown({ type }) {
  return element('p', { class: 'unknown-part' }, `A component of type ${type}, which this page can’t show.`);
}
