package files

import (
	"encoding/binary"
	"errors"
	"time"
	"unicode/utf8"

	"omniconnector/integration"
)

// version begins every token, so that its form can change.
const version = 1

// longestName is how much of a file's name goes into a link, in bytes.
const longestName = 120

var errForm = errors.New("not the content of a link")

// content is what a link carries.
type content struct {
	tenant integration.TenantID
	file   integration.File
	until  time.Time
}

// pack writes the content of a link as short as it goes.
func pack(c content) []byte {
	out := binary.AppendVarint([]byte{version}, c.until.Unix())
	out = binary.AppendVarint(out, c.file.Size)
	for _, field := range c.fields() {
		out = binary.AppendUvarint(out, uint64(len(*field)))
		out = append(out, *field...)
	}
	return out
}

// fields are the texts of a link, in order.
func (c *content) fields() []*string {
	f := &c.file
	return []*string{(*string)(&c.tenant), &f.Account, &f.Channel, &f.ID, &f.Token, &f.URL, &f.Type, &f.Name}
}

// unpack reads what pack wrote.
func unpack(raw []byte) (content, error) {
	var c content
	if len(raw) == 0 || raw[0] != version {
		return content{}, errForm
	}
	raw = raw[1:]
	var numbers [2]int64
	for i := range numbers {
		n, used := binary.Varint(raw)
		if used <= 0 {
			return content{}, errForm
		}
		numbers[i], raw = n, raw[used:]
	}
	c.until, c.file.Size = time.Unix(numbers[0], 0).UTC(), numbers[1]
	for _, field := range c.fields() {
		n, used := binary.Uvarint(raw)
		if used <= 0 || n > uint64(len(raw)-used) { // #nosec G115 -- used is within raw
			return content{}, errForm
		}
		*field, raw = string(raw[used:used+int(n)]), raw[used+int(n):] // #nosec G115 -- it is within raw
	}
	if len(raw) > 0 {
		return content{}, errForm
	}
	return c, nil
}

// shortName cuts a name that would make a link too long, and keeps its ending, which tells people and programs what it is.
func shortName(name string) string {
	if len(name) <= longestName {
		return name
	}
	ending := extension(name)
	head := name[:longestName-len(ending)]
	for len(head) > 0 && !utf8.ValidString(head) && utf8.ValidString(name) {
		head = head[:len(head)-1]
	}
	return head + ending
}
