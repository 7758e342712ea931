package webhooks

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"

	"omniconnector/integration"
)

// A frame is the length and the CRC of a delivery in JSON, and the JSON.
const frameHead = 8

// longestFrame is above any delivery: the body is capped, and base64 adds a third.
const longestFrame = 4 * MaxBody

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func encode(all []integration.Delivery) ([]byte, error) {
	var out []byte
	for i := range all {
		text, err := json.Marshal(&all[i])
		if err != nil {
			return nil, fmt.Errorf("encode delivery: %w", err)
		}
		if len(text) > longestFrame {
			return nil, fmt.Errorf("encode delivery: %d bytes are too many", len(text))
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(len(text))) // #nosec G115 -- bounded above
		out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(text, castagnoli))
		out = append(out, text...)
	}
	return out, nil
}

// decode reads frames up to the first that is torn or damaged, and tells how many bytes were good.
func decode(raw []byte) (all []integration.Delivery, good int64) {
	for len(raw) >= frameHead {
		length := binary.LittleEndian.Uint32(raw)
		if length > longestFrame || uint64(len(raw)) < frameHead+uint64(length) {
			break
		}
		text := raw[frameHead : frameHead+length]
		if crc32.Checksum(text, castagnoli) != binary.LittleEndian.Uint32(raw[4:]) {
			break
		}
		var d integration.Delivery
		if json.Unmarshal(text, &d) != nil {
			break
		}
		all = append(all, d)
		good += int64(frameHead + length)
		raw = raw[frameHead+length:]
	}
	return all, good
}

func readSegment(path string) ([]integration.Delivery, int64, error) {
	raw, err := os.ReadFile(path) // #nosec G304 -- a file of ours
	if err != nil {
		return nil, 0, err
	}
	all, good := decode(raw)
	return all, good, nil
}

// mend cuts off what a crash tore and tells what is left.
func mend(path string) (segment, error) {
	all, good, err := readSegment(path)
	if err != nil {
		return segment{}, err
	}
	if err := os.Truncate(path, good); err != nil {
		return segment{}, err
	}
	return segment{size: good, deliveries: len(all)}, nil
}

// syncDir makes the names in a directory survive a crash.
func syncDir(dir string) error {
	d, err := os.Open(dir) // #nosec G304 -- a directory of ours
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
