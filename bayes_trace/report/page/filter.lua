-- What Markdown cannot say: line breaks in cells, the roles of cells, the size of tables on paper.

local html = FORMAT:match('html') ~= nil
local latex = FORMAT:match('latex') ~= nil

local function line_break(raw)
  if raw.format == 'html' and raw.text:match('^<br') then
    return pandoc.LineBreak()
  end
  return pandoc.Str(raw.text)
end

local function as_text(raw)
  return pandoc.Plain({ pandoc.Str(raw.text) })
end

local function rows_of(table_)
  local rows = {}
  for _, body in ipairs(table_.bodies) do
    for _, row in ipairs(body.body) do
      rows[#rows + 1] = row
    end
  end
  return rows
end

-- Roles are said outright, because a page for phones that lays rows out as blocks would lose them.
local function describe(table_)
  local labels = {}
  table_.attr.attributes.role = 'table'
  table_.head.attr.attributes.role = 'rowgroup'
  for _, row in ipairs(table_.head.rows) do
    row.attr.attributes.role = 'row'
    for place, cell in ipairs(row.cells) do
      labels[place] = pandoc.utils.stringify(cell.contents)
      cell.attr.attributes.scope = 'col'
      cell.attr.attributes.role = 'columnheader'
    end
  end
  for _, body in ipairs(table_.bodies) do
    body.attr.attributes.role = 'rowgroup'
    body.row_head_columns = 1
  end
  for _, row in ipairs(rows_of(table_)) do
    row.attr.attributes.role = 'row'
    for place, cell in ipairs(row.cells) do
      cell.attr.attributes.role = place == 1 and 'rowheader' or 'cell'
      cell.attr.attributes['data-label'] = labels[place]
      if place == 1 then
        cell.attr.attributes.scope = 'row'
      end
    end
  end
end

local kinds = { 'grid', 'ledger', 'weights', 'brief' }

local function table_kind(div)
  for _, kind in ipairs(kinds) do
    if div.classes:includes(kind) then
      return kind
    end
  end
end

local function small(blocks)
  local open = pandoc.RawBlock('latex', '\\begingroup\\footnotesize')
  return pandoc.Blocks({ open }) .. blocks .. pandoc.Blocks({ pandoc.RawBlock('latex', '\\endgroup') })
end

-- On the page an episode, or the list of items, is a part that opens; on paper it is simply there.
local function part(div)
  if latex and div.classes:includes('items') then
    return small(div.content)
  end
  if not html then
    return div.content
  end
  local said = div.classes:includes('items') and 'All items' or 'The evidence, and what would change the answer'
  local first = pandoc.Blocks({})
  if div.classes:includes('episode') then
    first = pandoc.Blocks({ div.content[1] })
    div.content:remove(1)
  end
  local open = pandoc.RawBlock('html', '<details class="' .. div.classes[1] .. '"><summary>' .. said .. '</summary>')
  local blocks = first .. pandoc.Blocks({ open }) .. div.content .. pandoc.Blocks({ pandoc.RawBlock('html', '</details>') })
  return blocks
end

-- An id after a title is small.
local function code(span)
  if latex and span.classes:includes('code') then
    return { pandoc.RawInline('latex', '{\\scriptsize '), pandoc.Span(span.content), pandoc.RawInline('latex', '}') }
  end
end

-- A fingerprint has no place at which TeX would break it.
local function long(word)
  if latex and #word.text > 40 and word.text:match('^%w+%p?$') then
    return pandoc.RawInline('latex', (word.text:gsub('%w%w%w%w%w%w%w%w', '%0\\allowbreak{}')))
  end
end

local function framed(div)
  if latex and div.identifier == 'refs' then
    return { pandoc.RawBlock('latex', '\\begingroup\\footnotesize'), div, pandoc.RawBlock('latex', '\\endgroup') }
  end
  if div.classes:includes('episode') or div.classes:includes('items') then
    return part(div)
  end
  if not table_kind(div) then
    return nil
  end
  local table_ = div.content[1]
  if html then
    describe(table_)
    div.classes:insert('scroll')
    div.attributes.role = 'region'
    div.attributes.tabindex = '0'
    div.attributes['aria-label'] = pandoc.utils.stringify(table_.caption.long):match('^Table %d+%. [^.]*') or 'Table'
    return div
  elseif latex then
    return {
      pandoc.RawBlock('latex', '\\room{8\\baselineskip}\\begingroup\\' .. (div.classes:includes('brief') and 'scriptsize' or 'footnotesize') .. '\\setlength{\\extrarowheight}{1.5pt}'),
      table_,
      pandoc.RawBlock('latex', '\\endgroup'),
    }
  end
  return table_
end

-- Every source of the set is listed, those that no table cites too; on the page that answers, those that it cites.
local function with_sources(document)
  local few = false
  document:walk({
    Div = function(div)
      few = few or (div.identifier == 'refs' and div.classes:includes('cited'))
    end,
  })
  if not few then
    document.meta.nocite = pandoc.MetaInlines({ pandoc.Cite({}, { pandoc.Citation('*', 'NormalCitation') }) })
  end
  return document
end

-- The heading of the first level is the title; on paper, sections move up into its place.
local function entitled(document)
  local first = document.blocks[1]
  if first and first.t == 'Header' and first.level == 1 then
    document.meta.title = pandoc.MetaInlines(first.content)
    document.blocks:remove(1)
  end
  if html then
    return document
  end
  return document:walk({
    Header = function(header)
      header.level = header.level - 1
      return header
    end,
  })
end

-- On a phone a figure is wider than the page and scrolls, by keyboard too.
local function wide(figure)
  if html then
    figure.attr.attributes.tabindex = '0'
    return figure
  end
end

local function with_room(header)
  if latex then
    return { pandoc.RawBlock('latex', '\\room{9\\baselineskip}'), header }
  end
end

return { { Pandoc = with_sources, RawInline = line_break, RawBlock = as_text }, { Div = framed, Span = code, Str = long, Figure = wide, Pandoc = entitled }, { Header = with_room } }
