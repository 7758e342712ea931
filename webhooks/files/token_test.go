package files

import (
	"bytes"
	"math"
	"testing"
	"time"
	"unicode/utf8"

	"omniconnector/integration"
)

func FuzzContent(f *testing.F) {
	f.Add(pack(content{tenant: "shop", file: integration.File{Account: "1", ID: "2", Token: "t", Name: "a.jpg", Size: 9}, until: time.Unix(1e9, 0)}))
	f.Add([]byte{version, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := unpack(raw)
		if err != nil {
			return
		}
		again, err := unpack(pack(c))
		if err != nil || again != c {
			t.Errorf("%+v became %+v, %v", c, again, err)
		}
	})
}

func TestContentIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	want := content{
		tenant: "shop", until: time.Unix(math.MaxInt32+7, 0).UTC(),
		file: integration.File{Account: "286001", Channel: "35801", ID: "4001", Token: "rtok1", URL: "https://f.example/x", Type: "photo", Name: "Фото.jpg", Size: 1 << 40},
	}
	raw := pack(want)
	if got, err := unpack(raw); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for n := range raw {
		if _, err := unpack(raw[:n]); err == nil {
			t.Errorf("%d bytes of %d are enough", n, len(raw))
		}
	}
	if _, err := unpack(append(bytes.Clone(raw), 0)); err == nil {
		t.Error("what follows is not seen")
	}
}

func FuzzDisposition(f *testing.F) {
	f.Add("Фото кота.jpg")
	f.Add("a\r\n\"b/..\\c")
	f.Fuzz(func(t *testing.T, name string) {
		out := disposition(name, false)
		for _, c := range []byte(out) {
			if c < ' ' || c > '~' {
				t.Fatalf("%q gives %q", name, out)
			}
		}
		if short := shortName(name); len(short) > max(longestName, 0) || utf8.ValidString(name) && !utf8.ValidString(short) {
			t.Errorf("%q is cut to %q", name, short)
		}
	})
}
