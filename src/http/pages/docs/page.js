// What the page at /docs does: it reads openapi.json, shows every operation, and lets the reader
// try each (try.js). Every text goes into the page as text and never as markup. Nothing else is
// loaded.
'use strict';

const base = location.pathname.replace(/\/docs\/?$/, '');
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
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
  if (schema.anyOf) return [...new Set(schema.anyOf.map(inWords))].join(', or ');
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

/** Names with what they mean, as a list that has two columns where there is room. */
function list(entries) {
  return entries.length ? make('dl', {}, entries.map(([name, note, ...meaning]) => make('div', {},
    make('dt', {}, make('code', {}, name), note && make('span', { class: 'faint' }, ` ${note}`)),
    make('dd', {}, meaning)))) : undefined;
}

/** The members of an object, and of what is inside them. */
function members(schema, before = '') {
  schema = follow(schema);
  if (schema.type?.includes?.('array')) return members(schema.items, `${before}[]`);
  const own = Object.entries(schema.properties ?? {});
  if (schema.additionalProperties?.$ref) own.push(['*', schema.additionalProperties]);
  return own.flatMap(([name, member]) => {
    const path = before ? `${before}.${name}` : name;
    const inner = follow(member);
    const entry = [path, schema.required?.includes(name) ? 'required' : '', inWords(member),
      make('div', { class: 'faint' }, prose(inner.description))];
    return [entry, ...(inner.$ref || inner.properties || inner.items || inner.additionalProperties ? members(inner, path) : [])];
  });
}

function block(label, text) {
  return make('pre', { tabindex: 0, role: 'group', 'aria-label': label }, text);
}

/** The media types of a body: shape and examples. */
function content(of) {
  return Object.entries(of ?? {}).map(([type, media]) => {
    const examples = Object.values(media.examples ?? {}).map((example) => example.value);
    if (media.example !== undefined) examples.push(media.example);
    return make('div', {}, make('p', {}, make('code', {}, type)), list(members(media.schema)),
      examples.map((example) => block('Example', pretty(example))));
  });
}

function parameters(operation) {
  const all = (operation.parameters ?? []).map(follow);
  return all.length ? [make('h3', {}, 'Parameters'), list(all.map((parameter) => [
    parameter.name, `${parameter.in}${parameter.required ? ', required' : ''}`, inWords(parameter.schema),
    make('div', { class: 'faint' }, prose(parameter.description)),
  ]))] : undefined;
}

function responses(operation) {
  return [make('h3', {}, 'Responses'), Object.entries(operation.responses).map(([status, response]) => {
    response = follow(response);
    const headers = Object.entries(response.headers ?? {}).map(([name, header]) => [
      name, '', follow(header).description ?? '', ' ', make('code', {}, String(follow(header).example ?? ''))]);
    return make('details', {},
      make('summary', {}, make('b', { class: `s${status[0]}` }, status), ' ', response.description),
      list(headers), content(response.content));
  })];
}

function operation(method, path, described) {
  return make('article', { id: described.operationId, 'aria-labelledby': `${described.operationId}.title` },
    make('h2', { id: `${described.operationId}.title` }, described.summary),
    make('p', { class: 'path' }, make('span', { class: `method ${method}` }, method), ' ', base + path),
    prose(described.description), tryIt(method, path, described), parameters(described),
    described.requestBody && [make('h3', {}, 'Body'), prose(described.requestBody.description), content(described.requestBody.content)],
    responses(described));
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
    make('p', {}, 'Every path has ', make('code', {}, 'OPTIONS'), ' as well, and ', make('code', {}, 'HEAD'),
      ' where it has ', make('code', {}, 'GET'), '.'),
    ...all.map((parts) => operation(...parts)));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

fetch(`${base}/openapi.json`)
  .then((response) => (response.ok ? response.json() : Promise.reject(new Error(`status ${response.status}`))))
  .then((document_) => { api = document_; show(); })
  .catch((error) => document.getElementById('main').replaceChildren(
    make('p', { role: 'alert' }, `openapi.json cannot be shown: ${error.message}`)));
