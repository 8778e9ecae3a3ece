/** Runs files through the fuzzer's function without libFuzzer, so that any compiler can repeat what was once found. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_BYTES_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int count, char **paths)
{
	static uint8_t bytes[INPUT_BYTES_MAX];
	for (int index = 1; index < count; index++) {
		FILE *file = fopen(paths[index], "rb");
		if (!file) {
			perror(paths[index]);
			return 2;
		}
		const size_t size = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		LLVMFuzzerTestOneInput(bytes, size);
	}
	printf("%d inputs\n", count - 1);
	return 0;
}
