-- What a stranger's text may not do, whatever became of it on the way: fetch, or lead to anything but a page.

local schemes = { '^https?://', '^doi:', '^#' }

-- An address ends where it ends, also in Markdown that another program reads.
local function whole(target)
  return (target:gsub('[%s%c<>"`\\^{|}]', function(sign) return string.format('%%%02X', sign:byte()) end))
end

local function link(element)
  for _, scheme in ipairs(schemes) do
    if element.target:lower():match(scheme) then
      element.target = whole(element.target)
      return element
    end
  end
  return element.content
end

-- Figures are those of the report; they are handed over here, since Pandoc itself opens no file.
local function image(element)
  if not element.src:match('^figures/[%w._-]+$') then
    return element.caption
  end
  if FORMAT:match('html') then
    element.src = element.src:gsub('%.pdf$', '.svg') -- a page that becomes a PDF has its figures inside, too
  end
  for _, home in ipairs(PANDOC_STATE.resource_path) do
    local file = io.open(home .. '/' .. element.src, 'rb')
    if file then
      pandoc.mediabag.insert(element.src, element.src:match('svg$') and 'image/svg+xml' or 'image/png', file:read('a'))
      file:close()
    end
  end
  return element
end

return { { Link = link, Image = image } }
