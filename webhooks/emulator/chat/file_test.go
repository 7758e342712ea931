package chat

import (
	"bytes"
	"image/png"
	"io"
	"testing"
)

func TestFilesAreOfTheirSizeAndKind(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]File{
		"picture": Photo("a.png"), "large picture": {Type: "photo", Name: "a.jpg", Size: 1 << 20}, "cut": {Type: "document", Name: "a.pdf", Size: 3},
		"empty": {Type: "document", Name: "a", Content: []byte{}}, "uploaded": {Type: "document", Name: "a", Content: []byte("text")},
	} {
		f = f.Named(5)
		content, err := io.ReadAll(f.Open())
		if err != nil || int64(len(content)) != f.Length() {
			t.Errorf("%s: %d bytes of %d, %v", name, len(content), f.Length(), err)
		}
		if f.Type == "photo" {
			if _, err := png.Decode(bytes.NewReader(content)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		tail := f.Open()
		if n, err := tail.Seek(-f.Length(), io.SeekEnd); err != nil || n != 0 {
			t.Errorf("%s: sought %d, %v", name, n, err)
		}
		if _, err := tail.Seek(-1, io.SeekStart); err == nil {
			t.Errorf("%s: sought before the beginning", name)
		}
	}
	a, b := Photo("a.png").Named(1), Photo("a.png").Named(2)
	if a.Token == b.Token || a.Path() == b.Path() || a.Token != Photo("x").Named(1).Token {
		t.Errorf("tokens %s, %s", a.Token, b.Token)
	}
}

func TestAStateIsOfTheActsSoFar(t *testing.T) {
	t.Parallel()
	c := &Chat{Acts: []Act{
		{What: Opened},
		{What: Written, Message: Message{ID: 1, Source: "visitor", Text: "a"}},
		{What: Edited, Message: Message{ID: 1, Text: "b"}},
		{What: Edited, Message: Message{ID: 9, Text: "of another"}},
		{What: Closed, Reason: "closed_by_timeout"},
		{What: Closed, Reason: "again"},
	}}
	for i := range c.Acts {
		c.Acts[i].At = c.Acts[i].At.AddDate(1, 0, i)
	}
	if s := c.State(c.Acts[1].At); len(s.Lines) != 1 || s.Lines[0].Text != "a" || s.Lines[0].Edited || !s.Closed.IsZero() {
		t.Errorf("before the change %+v", s)
	}
	if s := c.State(c.Acts[5].At); s.Lines[0].Text != "b" || !s.Lines[0].Edited || s.Reason != "closed_by_timeout" || s.Status() != "lost" {
		t.Errorf("at the end %+v", s)
	}
}
