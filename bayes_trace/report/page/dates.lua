-- After the citation processor: a date in words, which some styles print as a year and again as a day, stands once.

local dates = {}

local function remembered(meta)
  for key, said in pairs(meta['dates-in-words'] or {}) do
    dates['ref-' .. key] = pandoc.utils.stringify(said):gsub('\u{a0}', ' ') -- set after an abbreviation
  end
  meta['dates-in-words'] = nil
  return meta
end

local function words_of(text)
  local words = {}
  for word in text:gmatch('%S+') do
    words[#words + 1] = word
  end
  return words
end

-- What follows the words where they stand at this place of the inlines; nil where they do not.
local function rest_at(inlines, place, words)
  for number, word in ipairs(words) do
    local here = inlines[place + 2 * (number - 1)]
    local text = here and here.t == 'Str' and here.text or ''
    if text:sub(1, #word) ~= word and (number > 1 or text:sub(2, #word + 1) ~= word) then
      return nil
    end
    if number == #words then
      return text:sub(select(2, text:find(word, 1, true)) + 1)
    end
  end
end

local function once(inlines, words)
  local seen, length = false, 2 * #words - 1
  for place = 1, #inlines do
    local rest = rest_at(inlines, place, words)
    if rest and seen then
      if rest:sub(1, 1) == ')' then
        inlines[place - 2].text = inlines[place - 2].text:gsub(',$', '') .. rest
      end
      for _ = 1, length + 1 do
        inlines:remove(place - 1)
      end
      return inlines
    end
    seen = seen or rest ~= nil
  end
  return inlines
end

local function entry(div)
  local said = dates[div.identifier]
  if not said then
    return nil
  end
  local words = words_of(said)
  return div:walk({
    Para = function(block)
      block.content = once(block.content, words)
      return block
    end,
    Plain = function(block)
      block.content = once(block.content, words)
      return block
    end,
  })
end

return { { Meta = remembered }, { Div = entry } }
