// What the page at /docs does: reads openapi.json beside it, shows every operation, and sends GET requests that the reader
// fills in. Every text goes into the page as text and never as markup. Nothing else is loaded.
'use strict';

const base = location.pathname.replace(/\/docs\/?$/, '');
const METHODS = ['get', 'post', 'put'];
let api;

/** Makes an element: attributes, then children, texts or elements. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null));
  return element;
}

/** Text with `code`, as paragraphs and lists. */
function prose(text = '') {
  const spans = (line) => line.split('`').map((part, at) => (at % 2 ? make('code', {}, part) : part));
  return text.split('\n\n').map((block) => {
    const lines = block.split('\n');
    if (lines.every((line) => line.startsWith('- '))) {
      return make('ul', {}, lines.map((line) => make('li', {}, spans(line.slice(2)))));
    }
    return make('p', {}, spans(block));
  });
}

/** Follows `$ref`. */
function follow(value) {
  if (!value?.$ref) return value;
  return value.$ref.slice(2).split('/').reduce((at, key) => at[key], api);
}

const pretty = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

/** A schema in a few words, such as "integer, 1 to 1000". */
function inWords(schema) {
  schema = follow(schema);
  if (schema.enum) return schema.enum.join(' | ');
  if (schema.const !== undefined) return `always ${JSON.stringify(schema.const)}`;
  if (schema.anyOf) return schema.anyOf.map(inWords).join(', or ');
  const words = [[schema.type].flat().join(' or ') || 'anything'];
  if (schema.format && !schema.format.startsWith('int')) words[0] += ` (${schema.format})`;
  if (schema.items) words[0] += ` of ${inWords(schema.items)}`;
  if (schema.minimum !== undefined || schema.maximum !== undefined) {
    words.push(`${schema.minimum ?? '…'} to ${schema.maximum ?? '…'}`);
  }
  if (schema.maxLength !== undefined) words.push(`${schema.minLength ?? 0} to ${schema.maxLength} characters`);
  if (schema.maxItems !== undefined) words.push(`at most ${schema.maxItems}`);
  return words.join(', ');
}

/** The members of an object, one a row, and of what is inside them. */
function rows(schema, before = '') {
  schema = follow(schema);
  if (schema.type?.includes?.('array')) return rows(schema.items, `${before}[]`);
  const members = Object.entries(schema.properties ?? {});
  if (schema.additionalProperties?.$ref) members.push(['*', schema.additionalProperties]);
  return members.flatMap(([name, member]) => {
    const path = before ? `${before}.${name}` : name;
    const inner = follow(member);
    const row = make('tr', {},
      make('th', { scope: 'row' }, make('code', {}, path)),
      make('td', {}, inWords(member), make('div', { class: 'faint' }, prose(inner.description))),
      make('td', { class: 'faint' }, schema.required?.includes(name) ? 'required' : ''));
    return [row, ...(inner.$ref || inner.properties || inner.items || inner.additionalProperties ? rows(inner, path) : [])];
  });
}

function table(schema) {
  const found = rows(schema);
  return found.length ? make('table', {}, make('tbody', {}, found)) : undefined;
}

/** The media types of a body or an answer: shape and examples. */
function content(of) {
  return Object.entries(of ?? {}).map(([type, media]) => {
    const examples = Object.values(media.examples ?? {}).map((example) => example.value);
    if (media.example !== undefined) examples.push(media.example);
    return make('div', {}, make('p', {}, make('code', {}, type)), table(media.schema),
      examples.map((example) => make('pre', { tabindex: 0, role: 'group', 'aria-label': 'Example' }, pretty(example))));
  });
}

function parameters(operation) {
  const list = (operation.parameters ?? []).map(follow);
  if (!list.length) return undefined;
  return [make('h3', {}, 'Parameters'), make('table', {}, make('tbody', {}, list.map((parameter) => make('tr', {},
    make('th', { scope: 'row' }, make('code', {}, parameter.name)),
    make('td', {}, inWords(parameter.schema), make('div', { class: 'faint' }, prose(parameter.description))),
    make('td', { class: 'faint' }, parameter.in, parameter.required ? ', required' : '')))))];
}

function responses(operation) {
  return [make('h3', {}, 'Answers'), Object.entries(operation.responses).map(([status, response]) => {
    response = follow(response);
    const headers = Object.entries(response.headers ?? {}).map(([name, header]) => make('tr', {},
      make('th', { scope: 'row' }, make('code', {}, name)),
      make('td', {}, follow(header).description ?? '', ' ', make('code', {}, String(follow(header).example ?? '')))));
    return make('details', {},
      make('summary', {}, make('b', { class: `s${status[0]}` }, status), ' ', response.description),
      make('table', {}, make('tbody', {}, headers)), content(response.content));
  })];
}

/** A form that sends the request and shows what comes. */
function tryIt(path, operation) {
  const list = (operation.parameters ?? []).map(follow).filter((parameter) => parameter.in !== 'header');
  const inputs = list.map((parameter) => make('input', {
    id: `${operation.operationId}.${parameter.name}`, name: parameter.name,
    value: String(parameter.example ?? parameter.schema.default ?? ''), autocomplete: 'off', spellcheck: 'false',
  }));
  const output = make('div', { role: 'status' });
  const form = make('form', {},
    list.map((parameter, at) => [make('label', { for: inputs[at].id }, make('code', {}, parameter.name)), inputs[at]]),
    make('button', {}, 'Send'));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    let target = path;
    const query = new URLSearchParams();
    list.forEach((parameter, at) => {
      const { value } = inputs[at];
      if (parameter.in === 'path') target = target.replace(`{${parameter.name}}`, encodeURIComponent(value));
      else if (value !== '') query.set(parameter.name, value);
    });
    const address = base + target + (query.size ? `?${query}` : '');
    output.replaceChildren(make('p', {}, make('code', {}, `GET ${address}`), ' …'));
    output.replaceChildren(...await send(address));
  });
  return make('details', {}, make('summary', {}, 'Try it'), form, output);
}

async function send(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: 'application/json' } });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json');
    return [make('p', {}, make('code', {}, `GET ${address}`), ' → ', make('b', { class: `s${String(answer.status)[0]}` }, String(answer.status))),
      make('pre', { tabindex: 0, role: 'group', 'aria-label': 'Answer' }, isJson ? pretty(JSON.parse(text)) : text)];
  } catch (error) {
    return [make('p', { class: 's5' }, `No answer: ${error.message}`)];
  }
}

function operation(method, path, described) {
  return make('article', { id: described.operationId, 'aria-labelledby': `${described.operationId}.title` },
    make('h2', { id: `${described.operationId}.title` }, described.summary),
    make('p', { class: 'path' }, make('span', { class: `method ${method}` }, method), ' ', base + path),
    prose(described.description), parameters(described),
    described.requestBody && [make('h3', {}, 'Body'), prose(described.requestBody.description), content(described.requestBody.content)],
    responses(described), method === 'get' ? tryIt(path, described) : undefined);
}

function show() {
  const all = Object.entries(api.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => [method, path, item[method]]));
  const nav = document.querySelector('nav');
  nav.replaceChildren(...api.tags.flatMap((tag) => [
    make('h2', {}, tag.name),
    make('ul', {}, all.filter(([, , described]) => described.tags.includes(tag.name)).map(([method, , described]) =>
      make('li', {}, make('a', { href: `#${described.operationId}` },
        make('span', { class: method }, method.toUpperCase()), ' ', described.summary)))),
  ]));
  document.getElementById('main').replaceChildren(
    make('h1', {}, api.info.title, ' ', make('small', { class: 'faint' }, api.info.version)),
    make('p', {}, api.info.summary, '. ', make('a', { href: `${base}/openapi.json` }, 'openapi.json')),
    ...prose(api.info.description),
    make('p', {}, 'Every path also answers ', make('code', {}, 'OPTIONS'), ', and ', make('code', {}, 'HEAD'),
      ' where it answers ', make('code', {}, 'GET'), '.'),
    ...all.map((parts) => operation(...parts)));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

fetch(`${base}/openapi.json`)
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`status ${answer.status}`))))
  .then((document_) => { api = document_; show(); })
  .catch((error) => document.getElementById('main').replaceChildren(
    make('p', { role: 'alert' }, `openapi.json cannot be shown: ${error.message}`)));
